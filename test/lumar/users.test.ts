import { describe, expect, test } from "vitest";
import {
  AuthenticationError,
  KeylightError,
  NotFoundError,
  PermissionError,
  ResponseFormatError,
  Secret,
  TransportError,
  ValidationError,
} from "keylight";
import { adminOf, clientOf, countAt, credentialsOf, expectHidden, failure, fakeLumar, furnishedWithKey, lastAt, operationsAt, printed } from "./support.ts";

describe("me", () => {
  test("is the user who is logged in", async () => {
    const fake = fakeLumar();
    const me = await adminOf(fake).me();
    expect(me).toEqual({ id: expect.any(String), username: expect.stringContaining("@") });
    expect(await clientOf(fake.createUser({ role: "Viewer" })).me()).not.toEqual(me);
  });

  test("of a user without a name has null for it", async () => {
    const fake = fakeLumar();
    fake.failNext({ operationName: "Me", body: { data: { me: { id: "u" } } } });
    expect(await adminOf(fake).me()).toEqual({ id: "u", username: null });
  });

  test.each([
    ["null", NotFoundError],
    ["error", PermissionError],
  ] as const)("under an API key fails with a typed error where the server answers %s", async (meUnderApiKey, kind) => {
    const { apiKey } = await furnishedWithKey({ meUnderApiKey });
    expect(await failure(clientOf({ apiKey }).me(), KeylightError)).toBeInstanceOf(kind);
  });
});

describe("version", () => {
  test("needs no credential, and sends none when there is none", async () => {
    const fake = fakeLumar();
    expect(await clientOf().version()).toBe("1.0.0");
    expect(credentialsOf(lastAt(fake))).toEqual([]);
  });

  test("does not log in for it", async () => {
    const fake = fakeLumar();
    expect(await adminOf(fake).version()).toBe("1.0.0");
    expect(operationsAt(fake)).toEqual(["Version"]);
    expect(credentialsOf(lastAt(fake))).toEqual([]);
  });

  test("sends the session once there is one, and renews it when it is over", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.login();
    await client.version();
    expect(credentialsOf(lastAt(fake))).toEqual(["x-auth-token"]);
    fake.expireSessions();
    expect(await client.version()).toBe("1.0.0");
    expect(countAt(fake, "LoginWithUserKey")).toBe(2);
  });

  test("sends the API key", async () => {
    const { fake, apiKey } = await furnishedWithKey();
    await clientOf({ apiKey }).version();
    expect(lastAt(fake).headers["x-api-key"]).toBe(apiKey);
  });

  test("with a bad credential fails as any call does", async () => {
    const fake = fakeLumar();
    expect(await failure(clientOf({ apiKey: "lmr_sa_1_x" }).version(), AuthenticationError)).toMatchObject({ code: "KEY_REJECTED" });
    expect(await failure(clientOf({ sessionToken: "gone" }).version(), AuthenticationError)).toMatchObject({ code: "SESSION_EXPIRED" });
    expect(fake.requests).toHaveLength(2);
  });

  test.each([{}, { version: null }, { version: 5 }])("the answer %j is a format error", async (data) => {
    const fake = fakeLumar();
    fake.failNext({ body: { data } });
    await failure(clientOf().version(), ResponseFormatError);
  });
});

describe("userKeys.create", () => {
  test("makes a key that logs in", async () => {
    const fake = fakeLumar();
    const made = await adminOf(fake).userKeys.create();
    expect(made.secret).toBeInstanceOf(Secret);
    expect(await clientOf({ userKey: made }).me()).toEqual(await adminOf(fake).me());
  });

  test("twice meets the limit, and says so as the server does", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    await client.userKeys.create();
    const error = await failure(client.userKeys.create(), ValidationError);
    expect(error.message).toContain("at most 2");
    expect(error).toMatchObject({ operationName: "CreateUserKey", status: 200, mayHaveExecuted: false });
    expect(countAt(fake, "CreateUserKey")).toBe(2);
  });

  test("shows its secret nowhere", async () => {
    const fake = fakeLumar();
    const made = await adminOf(fake).userKeys.create();
    expectHidden(made, [made.secret.reveal()]);
    expect(printed(made)).toContain("[redacted]");
  });

  test("errors beside the secret do not lose it", async () => {
    const fake = fakeLumar();
    fake.failNext({ operationName: "CreateUserKey", body: { data: { createUserKey: { id: "k", secret: "s" } }, errors: [{ message: "x" }] } });
    expect((await adminOf(fake).userKeys.create()).secret.reveal()).toBe("s");
  });

  test.each([
    [{ createUserKey: { id: "TheKey", secret: null } }, "TheKey"],
    [{ createUserKey: { id: "TheKey", secret: "" } }, "TheKey"],
    [{ createUserKey: null }, "look before you repeat"],
  ])("the answer %j says that it may have run, and what to do", async (data, hint) => {
    const fake = fakeLumar();
    fake.failNext({ operationName: "CreateUserKey", body: { data } });
    const error = await failure(adminOf(fake).userKeys.create(), ResponseFormatError);
    expect(error.mayHaveExecuted).toBe(true);
    expect(error.hint).toContain(hint);
  });

  test("whose answer is lost is not sent again", async () => {
    const fake = fakeLumar();
    fake.failNext({ operationName: "CreateUserKey", drop: "after" });
    expect(await failure(adminOf(fake).userKeys.create(), TransportError)).toMatchObject({ code: "NETWORK_ERROR", mayHaveExecuted: true });
    expect(countAt(fake, "CreateUserKey")).toBe(1);
  });
});

describe("userKeys.delete", () => {
  test("ends a key: nobody logs in with it any more, and the way to the server is not tried twice", async () => {
    const fake = fakeLumar();
    const client = adminOf(fake);
    const made = await client.userKeys.create();
    expect(await client.userKeys.delete(made.id)).toEqual({ id: made.id });
    const other = clientOf({ userKey: made });
    const before = countAt(fake, "LoginWithUserKey");
    for (let call = 0; call < 3; call += 1) {
      expect(await failure(other.me(), AuthenticationError)).toMatchObject({ code: "INVALID_CREDENTIALS" });
    }
    expect(countAt(fake, "LoginWithUserKey")).toBe(before + 1);
  });

  test("makes room for another", async () => {
    const fake = fakeLumar();
    const { userKeys } = adminOf(fake);
    const { id } = await userKeys.create();
    await userKeys.delete(id);
    await userKeys.create();
    expect(countAt(fake, "CreateUserKey")).toBe(2);
  });

  test("of an unknown key, or of somebody else's, is NotFound", async () => {
    const fake = fakeLumar();
    const { userKey } = fake.createUser({ role: "Viewer" });
    const { userKeys } = adminOf(fake);
    await failure(userKeys.delete(1), NotFoundError);
    await failure(userKeys.delete(userKey.id), NotFoundError);
  });
});
