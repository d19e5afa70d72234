import { describe, expect, test } from "vitest";
import type { Fault } from "keylight/testing";
import { createClockedFake, day, getCode, logIn, refresh, start, statusOf, token, withToken } from "./fake-luminary-support.ts";

const refused = { status: 403, body: { error: "invalid_grant", error_description: expect.any(String) } };

describe("an access token", () => {
  test("is answered 200 until its exp, then 401, and 200 after a renewal", async () => {
    const { fake, clock } = createClockedFake();
    const { accessToken, refreshToken } = await logIn(fake);
    clock.time = start + day - 1;
    expect(await statusOf(fake, withToken(accessToken))).toBe(200);
    clock.time = start + day;
    expect(await statusOf(fake, withToken(accessToken))).toBe(401);
    const { body } = await refresh(fake, refreshToken);
    expect(await statusOf(fake, withToken(body.access_token))).toBe(200);
  });

  test("can be expired for the server before its exp; refresh tokens stay good", async () => {
    const { fake } = createClockedFake();
    const [one, two] = [await logIn(fake), await logIn(fake)];
    fake.expireAccessTokens();
    for (const { accessToken } of [one, two]) expect(await statusOf(fake, withToken(accessToken))).toBe(401);
    const { body } = await refresh(fake, one.refreshToken);
    expect(await statusOf(fake, withToken(body.access_token))).toBe(200);
  });

  test("can have another lifetime, which its answer tells", async () => {
    const { fake, clock } = createClockedFake({ accessTokenLifetime: 5000 });
    const { accessToken, body } = await logIn(fake);
    expect(body.expires_in).toBe(5);
    clock.time += 5000;
    expect(await statusOf(fake, withToken(accessToken))).toBe(401);
  });

  test("cannot be changed, and its scheme may be written in any case", async () => {
    const { fake } = createClockedFake();
    const { accessToken } = await logIn(fake);
    const [head = "", claims = "", signature = ""] = accessToken.split(".");
    const longer = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, "base64url").toString()), exp: 9_999_999_999 })).toString("base64url");
    expect(await statusOf(fake, withToken([head, longer, signature].join(".")))).toBe(401);
    expect(await statusOf(fake, { authorization: `bearer ${accessToken}` })).toBe(200);
    expect(await statusOf(fake, { authorization: `Basic ${accessToken}` })).toBe(401);
  });
});

describe("with rotation, a refresh token", () => {
  test("goes on through its successors", async () => {
    const { fake } = createClockedFake();
    let { refreshToken } = await logIn(fake);
    for (let count = 0; count < 5; count += 1) {
      const { status, body } = await refresh(fake, refreshToken);
      expect(status).toBe(200);
      refreshToken = String(body.refresh_token);
    }
  });

  test("that is used again is refused, and its whole family is dead", async () => {
    const { fake } = createClockedFake();
    const { refreshToken } = await logIn(fake);
    const other = await logIn(fake);
    const second = await refresh(fake, refreshToken);
    const third = await refresh(fake, second.body.refresh_token);
    expect(await refresh(fake, refreshToken)).toMatchObject(refused);
    expect(await refresh(fake, third.body.refresh_token)).toMatchObject(refused);
    // Access tokens are not asked about at the identity provider, and another login is another family.
    expect(await statusOf(fake, withToken(third.body.access_token))).toBe(200);
    expect((await refresh(fake, other.refreshToken)).status).toBe(200);
  });

  test("that comes many times at once is good once", async () => {
    const { fake } = createClockedFake();
    const { refreshToken } = await logIn(fake);
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await refresh(fake, refreshToken)).status));
    expect(statuses.toSorted()).toEqual([200, 403, 403, 403, 403]);
  });

  test("that is used again can leave its successor good", async () => {
    const { fake } = createClockedFake({ refreshReuse: "refused" });
    const { refreshToken } = await logIn(fake);
    const { body } = await refresh(fake, refreshToken);
    expect(await refresh(fake, refreshToken)).toMatchObject(refused);
    expect((await refresh(fake, body.refresh_token)).status).toBe(200);
  });
});

test("without rotation no new refresh token comes, and the old one stays good", async () => {
  const { fake } = createClockedFake({ refreshRotation: false });
  const { refreshToken } = await logIn(fake);
  for (let count = 0; count < 3; count += 1) {
    const { status, body } = await refresh(fake, refreshToken);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty("refresh_token");
  }
});

describe("30 days after its login", () => {
  test.each([true, false])("a refresh token is refused, with rotation %s", async (refreshRotation) => {
    const { fake, clock } = createClockedFake({ refreshRotation });
    const { refreshToken } = await logIn(fake);
    clock.time = start + 30 * day - 1;
    const { status, body } = await refresh(fake, refreshToken);
    expect(status).toBe(200);
    clock.time = start + 30 * day;
    expect(await refresh(fake, body.refresh_token ?? refreshToken)).toMatchObject(refused);
  });

  test("a refresh token is still good where the time begins again with each renewal", async () => {
    const { fake, clock } = createClockedFake({ slidingLogin: true });
    let { refreshToken } = await logIn(fake);
    for (let count = 0; count < 3; count += 1) {
      clock.time += 29 * day;
      const { body } = await refresh(fake, refreshToken);
      refreshToken = String(body.refresh_token);
    }
    clock.time += 30 * day;
    expect(await refresh(fake, refreshToken)).toMatchObject(refused);
  });

  test("can be another time", async () => {
    const { fake, clock } = createClockedFake({ loginLifetime: day });
    const { refreshToken } = await logIn(fake);
    clock.time += day;
    expect(await refresh(fake, refreshToken)).toMatchObject(refused);
  });
});

describe("the fake's owner", () => {
  test("can log in without a browser", async () => {
    const { fake } = createClockedFake();
    const { accessToken, refreshToken } = fake.logIn();
    expect(await statusOf(fake, withToken(accessToken))).toBe(200);
    expect((await refresh(fake, refreshToken)).status).toBe(200);
    expect(createClockedFake({ offlineAccess: false }).fake.logIn().refreshToken).toBe("");
  });

  test("can end all logins, whose access tokens stay good", async () => {
    const { fake } = createClockedFake();
    const { accessToken, refreshToken } = await logIn(fake);
    const code = await getCode(fake);
    fake.endLogins();
    expect(await refresh(fake, refreshToken)).toMatchObject(refused);
    expect(await token(fake, code)).toMatchObject(refused);
    expect(await statusOf(fake, withToken(accessToken))).toBe(200);
    expect((await refresh(fake, (await logIn(fake)).refreshToken)).status).toBe(200);
  });
});

describe("a fault at /oauth/token", () => {
  test.each<[string, Fault, number, object | string]>([
    ["429", { status: 429, headers: { "retry-after": "3" } }, 429, ""],
    ["500", { status: 500 }, 500, ""],
    ["401", { status: 401 }, 401, { error: "invalid_client", error_description: expect.any(String) }],
    ["invalid_grant", { status: 400, body: { error: "invalid_grant" } }, 400, { error: "invalid_grant" }],
  ])("of %s uses no refresh token up, and leaves the API alone", async (_, fault, status, body) => {
    const { fake } = createClockedFake();
    const { accessToken, refreshToken } = await logIn(fake);
    fake.failNext({ path: "/oauth/token", ...fault });
    expect(await statusOf(fake, withToken(accessToken))).toBe(200);
    const answer = await refresh(fake, refreshToken);
    expect(answer).toMatchObject({ status, body });
    expect(answer.headers.get("retry-after")).toBe(fault.headers?.["retry-after"] ?? null);
    expect((await refresh(fake, refreshToken)).status).toBe(200);
  });

  test("that never answers ends when its client leaves, and uses nothing up", async () => {
    const { fake } = createClockedFake();
    const { refreshToken } = await logIn(fake);
    fake.failNext({ operationName: "RefreshTokens", delay: 60_000 });
    const leaving = new AbortController();
    const body = new URLSearchParams({ grant_type: "refresh_token", client_id: fake.auth.clientId, refresh_token: refreshToken });
    const answer = fake.handle(new Request("https://login.luminarycloud.example/oauth/token", { method: "POST", body, signal: leaving.signal }));
    while (fake.requests.at(-1)?.operationName !== "RefreshTokens") await new Promise((resolve) => setImmediate(resolve));
    leaving.abort();
    expect((await answer).type).toBe("error");
    expect((await refresh(fake, refreshToken)).status).toBe(200);
  });

  test("that loses the answer has used the refresh token up", async () => {
    const { fake } = createClockedFake();
    const { refreshToken } = await logIn(fake);
    fake.failNext({ operationName: "RefreshTokens", status: 502, executed: true });
    expect((await refresh(fake, refreshToken)).status).toBe(502);
    expect(await refresh(fake, refreshToken)).toMatchObject(refused);
  });
});
