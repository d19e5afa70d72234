import { expect, test, describe } from "vitest";
import { b401, createClockedFake, createFurnishedFake, day, login, numberIn, refusal, send, start } from "./support.ts";

describe("login", () => {
  test("answers a token of 128 hexadecimal digits, for a global id as for a number", async () => {
    const { fake } = createClockedFake();
    const number = numberIn(fake.userKey.id);
    for (const userKeyId of [fake.userKey.id, number, String(number)]) {
      const { status, body } = await send(fake, "LoginWithUserKey", { userKeyId, secret: fake.userKey.secret });
      expect(status).toBe(200);
      expect(body).toEqual({ data: { createSessionUsingUserKey: { token: expect.stringMatching(/^[0-9a-f]{128}$/) } } });
    }
  });

  test("makes a new session each time and leaves the older ones alive", async () => {
    const { fake } = createClockedFake();
    const first = await login(fake);
    const second = await login(fake);
    expect(second.token).not.toBe(first.token);
    expect((await send(fake, "Me", {}, first)).status).toBe(200);
    expect((await send(fake, "Me", {}, second)).status).toBe(200);
  });

  test("ends the user's older sessions with loginEndsOlderSessions, and nobody else's", async () => {
    const { fake } = createClockedFake({ loginEndsOlderSessions: true });
    const other = await login(fake, fake.createUser({ role: "Viewer" }).userKey);
    const first = await login(fake);
    await login(fake);
    expect((await send(fake, "Me", {}, first)).status).toBe(401);
    expect((await send(fake, "Me", {}, other)).status).toBe(200);
  });

  test("is refused for a wrong id, a wrong secret, and an id of another type", async () => {
    const { fake } = createClockedFake();
    const { id, secret } = fake.userKey;
    for (const [userKeyId, given] of [[1, secret], ["nonsense", secret], [fake.account.id, secret], [id, "wrong"]] as const) {
      const { status, body } = await send(fake, "LoginWithUserKey", { userKeyId, secret: given });
      expect(status).toBe(200);
      expect(body).toEqual(
        refusal("createSessionUsingUserKey", "INCORRECT_USER_KEY_ID_OR_SECRET", "Incorrect user key ID or secret."),
      );
    }
  });

  test("is refused for a user key that was revoked", async () => {
    const { fake } = createClockedFake();
    fake.revokeUserKey(fake.userKey.id);
    const { body } = await send(fake, "LoginWithUserKey", { userKeyId: fake.userKey.id, secret: fake.userKey.secret });
    expect(body.errors[0].extensions.code).toBe("INCORRECT_USER_KEY_ID_OR_SECRET");
    expect(() => {
      fake.revokeUserKey(fake.userKey.id);
    }).toThrow("There is no user key");
  });

  test("can be refused in another shape", async () => {
    const { fake } = createClockedFake({ errors: { login: { status: 401, code: "NO", message: "no" } } });
    const { status, body } = await send(fake, "LoginWithUserKey", { userKeyId: 1, secret: "" });
    expect([status, body.errors[0].message, body.errors[0].extensions]).toEqual([401, "no", { code: "NO" }]);
  });

  test("answers expiresAt 30 days ahead if it is selected", async () => {
    const { fake } = createClockedFake();
    const { id, secret } = fake.userKey;
    const query = `mutation { createSessionUsingUserKey(input: { userKeyId: "${id}", secret: "${secret}" }) { expiresAt } }`;
    const { body } = await send(fake, query);
    expect(body.data.createSessionUsingUserKey.expiresAt).toBe(new Date(start + 30 * day).toISOString());
  });
});

describe("a session", () => {
  test("is valid for 30 days", async () => {
    const { fake, clock } = createClockedFake();
    const session = await login(fake);
    clock.time += 30 * day - 1;
    expect((await send(fake, "Me", {}, session)).status).toBe(200);
    clock.time += 1;
    const { status, body } = await send(fake, "Me", {}, session);
    expect([status, body]).toEqual([401, b401]);
  });

  test("is valid for sessionLifetime where that is given", async () => {
    const { fake, clock } = createClockedFake({ sessionLifetime: 1000 });
    const session = await login(fake);
    clock.time += 1000;
    expect((await send(fake, "Version", {}, session)).status).toBe(401);
  });

  test("ends with deleteSession, which answers its token", async () => {
    const { fake } = createClockedFake();
    const session = await login(fake);
    const other = await login(fake);
    const { status, body } = await send(fake, "DeleteSession", {}, session);
    expect([status, body]).toEqual([200, { data: { deleteSession: session } }]);
    expect((await send(fake, "Me", {}, session)).body).toEqual(b401);
    expect((await send(fake, "Me", {}, other)).status).toBe(200);
  });

  test("ends with expireSessions, after which a login works again", async () => {
    const { fake } = createClockedFake();
    const session = await login(fake);
    fake.expireSessions();
    expect((await send(fake, "Me", {}, session)).status).toBe(401);
    expect((await send(fake, "Me", {}, await login(fake))).status).toBe(200);
  });

  test("shows the user with id and name", async () => {
    const { fake } = createClockedFake();
    const { body } = await send(fake, "Me", {}, await login(fake));
    expect(body).toEqual({ data: { me: { id: expect.any(String), username: expect.stringContaining("@") } } });
  });
});

describe("a credential", () => {
  test("that is invalid gives B401 whatever the operation", async () => {
    const { fake } = createClockedFake();
    for (const credential of [{ token: "bad" }, { token: "" }, { apiKey: "lmr_sa_1_bad" }, { apiKey: "" }]) {
      for (const operation of ["Version", "Me", "{ unknown }", "{"]) {
        const { status, body } = await send(fake, operation, {}, credential);
        expect([status, body]).toEqual([401, b401]);
      }
    }
  });

  test("is needed for everything that is not public", async () => {
    const { fake } = createClockedFake();
    const hidden = "query { version ...F } fragment F on Query { ... { me { id } } }";
    for (const operation of ["Me", "CreateUserKey", "DeleteSession", hidden]) {
      const { status, body } = await send(fake, operation);
      expect([status, body]).toEqual([401, b401]);
    }
  });

  test("is not needed for version and introspection", async () => {
    const { fake } = createClockedFake();
    expect((await send(fake, "Version")).body).toEqual({ data: { version: expect.any(String) } });
    expect((await send(fake, "{ __typename __schema { queryType { name } } }")).status).toBe(200);
  });

  test("may be sent only one at a time", async () => {
    const { fake, admin, apiKey } = await createFurnishedFake();
    const { status, body } = await send(fake, "Version", {}, { ...admin, ...apiKey });
    expect(status).toBe(400);
    expect(body.errors[0].message).toContain("never both");
  });
});
