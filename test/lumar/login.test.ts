import { describe, expect, test } from "vitest";
import { AuthenticationError, ConfigurationError } from "keylight";
import { adminOf, arrived, clientOf, countAt, credentialsOf, day, defined, failure, fakeLumar, lastAt, operationsAt, printed, rejection } from "./support.ts";

const login = "LoginWithUserKey";

describe("login", () => {
  test("sends the id and the secret of the user key, and no credential header", async () => {
    const fake = fakeLumar();
    await adminOf(fake).login();
    const request = lastAt(fake);
    expect(request).toMatchObject({ operationName: login, variables: { userKeyId: fake.userKey.id, secret: fake.userKey.secret } });
    expect(credentialsOf(request)).toEqual([]);
    expect(JSON.stringify(request.headers)).not.toContain(fake.userKey.secret);
  });

  test("sends a numeric id as a number", async () => {
    const fake = fakeLumar();
    const id = Number(/\d+$/.exec(atob(fake.userKey.id))?.[0]);
    await clientOf({ userKey: { ...fake.userKey, id: String(id) } }).login();
    expect(lastAt(fake).variables["userKeyId"]).toBe(id);
  });

  test("tells when the session began and ends, 30 days later, and never its token", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    const before = Date.now();
    const info = await client.login();
    expect(Date.parse(info.obtainedAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(info.obtainedAt)).toBeLessThanOrEqual(Date.now());
    expect(Date.parse(info.expiresAt) - Date.parse(info.obtainedAt)).toBe(30 * day);
    await client.me();
    expect(printed(info)).not.toContain(defined(lastAt(fake).headers["x-auth-token"]));
  });

  test("is done once for the calls after it", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.login();
    await client.me();
    await client.accounts.get(fake.account.id);
    expect(operationsAt(fake)).toEqual([login, "Me", "GetAccount"]);
  });

  test("is not needed: the first calls share one", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await Promise.all(Array.from({ length: 20 }, () => client.me()));
    expect(countAt(fake, login)).toBe(1);
  });

  test("asked for again logs in again; two at once share one", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.login();
    await Promise.all([client.login(), client.login()]);
    expect(countAt(fake, login)).toBe(2);
  });

  test("of a client without a user key is a ConfigurationError that names what is missing", async () => {
    const fake = fakeLumar();
    for (const options of [{}, { apiKey: "lmr_sa_1_x" }, { sessionToken: "t" }]) {
      const error = await failure(clientOf(options).login(), ConfigurationError);
      expect(error.hint).toContain("LC_USER_KEY_ID");
    }
    expect(fake.requests).toHaveLength(0);
  });

  test("that is refused is INVALID_CREDENTIALS, and is not tried again", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake, { userKey: { ...fake.userKey, secret: "wrong" } });
    const error = await failure(client.login(), AuthenticationError);
    expect(error).toMatchObject({ code: "INVALID_CREDENTIALS", retryable: false, status: 200 });
    expect(error.hint).toContain("Check the credential");
    expect(await failure(client.me(), AuthenticationError)).not.toBe(error);
    expect(countAt(fake, login)).toBe(1);
  });

  test("that fails for another reason is LOGIN_FAILED and may be retried", async () => {
    const fake = fakeLumar();
    fake.failNext({ status: 503 });
    const error = await failure(adminOf(fake, { retry: { attempts: 0 } }).login(), AuthenticationError);
    expect(error).toMatchObject({ code: "LOGIN_FAILED", retryable: true, status: 503 });
  });

  test("whose caller gives up goes on for the others", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    fake.failNext({ operationName: login, delay: 1_000 });
    const controller = new AbortController();
    const reason = new Error("bored");
    const impatient = client.login({ signal: controller.signal });
    const patient = client.me();
    await arrived(fake, login);
    controller.abort(reason);
    expect(await rejection(impatient)).toBe(reason);
    expect((await patient).id).toEqual(expect.any(String));
    expect(countAt(fake, login)).toBe(1);
  });

  test("an answer without a token is LOGIN_FAILED", async () => {
    const fake = fakeLumar();
    fake.failNext({ body: { data: { createSessionUsingUserKey: { token: "bad token\r\n" } } } });
    expect(await failure(adminOf(fake, { retry: { attempts: 0 } }).login(), AuthenticationError)).toMatchObject({ code: "LOGIN_FAILED" });
  });
});
