/** login, logout and whoami: what one run leaves for the next. */
import { describe, expect, test } from "vitest";
import { at, dataOf, expectNoSecret, furnished, keylight, siteOf } from "./support.ts";

const logins = (site: { fake: { requests: readonly { operationName: string | undefined }[] } }): number =>
  site.fake.requests.filter(({ operationName }) => operationName === "LoginWithUserKey").length;

describe("a session", () => {
  test("is made by login, and used by the runs after it", async () => {
    const site = await siteOf();
    const login = await at(site, ["login"]);
    expect(login).toMatchObject({ code: 0, stderr: "" });
    expect(login.stdout).toContain("@example.com");
    for (const args of [["whoami"], ["service-accounts", "list"], ["doctor"]]) expect(await at(site, args)).toMatchObject({ code: 0 });
    expect(logins(site)).toBe(1);
  });

  test("is made by a command that needs one, without login", async () => {
    const site = await siteOf();
    expect(await at(site, ["whoami"])).toMatchObject({ code: 0 });
    expect(await at(site, ["whoami"])).toMatchObject({ code: 0 });
    expect(logins(site)).toBe(1);
  });

  test("is renewed when the server has ended it", async () => {
    const site = await siteOf();
    await at(site, ["login"]);
    site.fake.expireSessions();
    expect(await at(site, ["whoami"])).toMatchObject({ code: 0, stderr: "" });
    expect(logins(site)).toBe(2);
  });

  test("is over at the server after logout, and there is nothing to end after that", async () => {
    const site = await siteOf();
    await at(site, ["login"]);
    const token = site.fake.requests.at(-1)?.headers["x-auth-token"];
    expect(dataOf(await at(site, ["logout", "--json"]))).toEqual({ loggedOut: true });
    const gone = await keylight(["whoami"], { env: { LC_API_URL: site.url, LC_SESSION_TOKEN: token } });
    expect(gone).toMatchObject({ code: 4, stdout: "" });
    expect(dataOf(await at(site, ["logout", "--json"]))).toEqual({ loggedOut: false });
    expect((await at(site, ["logout"])).stdout).toBe("There was no session.\n");
    expect(logins(site)).toBe(1);
  });

  test("that a variable gives is ended by logout", async () => {
    const site = await siteOf();
    await site.client.me();
    const env = { LC_API_URL: site.url, LC_SESSION_TOKEN: site.fake.requests.at(-1)?.headers["x-auth-token"] };
    expect(dataOf(await keylight(["logout", "--json"], { env }))).toEqual({ loggedOut: true });
    expect(await keylight(["whoami"], { env })).toMatchObject({ code: 4 });
  });

  test("takes a user key: login with a service account key says so", async () => {
    const site = await furnished();
    const env = { LC_API_URL: site.url, LC_API_KEY: site.key.apiKey.reveal() };
    const login = await keylight(["login"], { env });
    expect(login).toMatchObject({ code: 2, stdout: "" });
    expect(login.stderr).toContain("Next: Set LC_USER_KEY_ID and LC_USER_KEY_SECRET");
    // Where both are set, the service account key comes first.
    expect(await at(site, ["login"], { env })).toMatchObject({ code: 2, stderr: expect.stringContaining("leave out LC_API_KEY") });
    expect(await keylight(["logout"], { env })).toMatchObject({ code: 2, stdout: "" });
    expect(await keylight(["logout"], {})).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("a session that cannot be kept", () => {
  test("is no reason to fail, but login and doctor tell of it", async () => {
    const site = await siteOf();
    // A file stands where the folder should be.
    const env = { LC_CREDENTIALS_DIR: "/dev/null/keylight" };
    const login = await at(site, ["login", "--json"], { env });
    expect(dataOf(login)).toMatchObject({ kept: false });
    expect(login.stderr).toContain("LC_CREDENTIALS_DIR");
    const doctor = await at(site, ["doctor"], { env });
    expect(doctor.code).toBe(0);
    expect(doctor.stdout).toMatch(/note {2}Session: .*\n.*LC_CREDENTIALS_DIR/);
    expect(await at(site, ["whoami"], { env })).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("whoami", () => {
  test("names the user, the credential and the accounts", async () => {
    const site = await siteOf();
    const { account } = site.fake.createAccount({ name: "Second" });
    const data = dataOf(await at(site, ["whoami", "--json"]));
    expect(data).toMatchObject({
      kind: "user",
      user: { username: expect.stringContaining("@") },
      credential: { kind: "userKey", source: "LC_USER_KEY_ID + LC_USER_KEY_SECRET", header: "x-auth-token" },
      accounts: [{ id: site.fake.account.id }, { id: account.id, name: "Second" }],
      moreAccounts: false,
    });
    const shown = await at(site, ["whoami"]);
    expect(shown.stdout).toContain(data.user.username);
    expect(shown.stdout).toContain("Second");
    expectNoSecret(shown, site.fake.userKey.secret);
  });

  test("shows fifty accounts, and that there are more", async () => {
    const site = await siteOf();
    for (let n = 0; n < 51; n += 1) site.fake.createAccount();
    const data = dataOf(await at(site, ["whoami", "--json"]));
    expect(data.accounts).toHaveLength(50);
    expect(data.moreAccounts).toBe(true);
    expect((await at(site, ["whoami"])).stdout).toContain("and more than these 50");
  });

  test.each(["null", "error"] as const)("tells a service account what the server tells it of itself (me: %s)", async (meUnderApiKey) => {
    const site = await furnished({ meUnderApiKey });
    const env = { LC_API_URL: site.url, LC_API_KEY: site.key.apiKey.reveal() };
    const ran = await keylight(["whoami", "--json"], { env });
    expect(dataOf(ran)).toMatchObject({
      kind: "serviceAccount",
      serviceAccount: { id: site.serviceAccount.id, name: "CI", roleCode: "Viewer" },
      credential: { kind: "apiKey", source: "LC_API_KEY" },
      accounts: [{ id: site.fake.account.id }],
    });
    const shown = await keylight(["whoami"], { env });
    expect(shown.stdout).toContain("CI");
    expectNoSecret(ran);
    expectNoSecret(shown);
  });

  test("without a credential says which there are", async () => {
    expect(await keylight(["whoami"], {})).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("LC_USER_KEY_ID") });
  });
});
