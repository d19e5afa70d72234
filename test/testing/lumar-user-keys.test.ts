import { expect, test } from "vitest";
import { createClockedFake, createFurnishedFake, login, refusal, send } from "./support.ts";

const tooMany = refusal("createUserKey", "BAD_USER_INPUT", "A user can have at most 2 user keys.");

test("a user key is created with a secret that is shown this once", async () => {
  const { fake } = createClockedFake();
  const session = await login(fake);
  const { status, body } = await send(fake, "CreateUserKey", {}, session);
  expect(status).toBe(200);
  const userKey = body.data.createUserKey;
  expect(userKey).toEqual({ id: expect.any(String), secret: expect.stringMatching(/^[0-9a-f]{72}$/) });
  expect((await login(fake, userKey)).token).toHaveLength(128);
  const read = await send(fake, `{ node(id: "${String(userKey.id)}") { ... on UserKey { id secret } } }`, {}, session);
  expect(read.body).toEqual({ data: { node: { id: userKey.id, secret: null } } });
});

test("a third user key is refused until one is deleted", async () => {
  const { fake } = createClockedFake();
  const session = await login(fake);
  const { body } = await send(fake, "CreateUserKey", {}, session);
  const third = await send(fake, "CreateUserKey", {}, session);
  expect([third.status, third.body]).toEqual([200, tooMany]);
  await send(fake, "DeleteUserKey", { input: { userKeyId: body.data.createUserKey.id } }, session);
  expect((await send(fake, "CreateUserKey", {}, session)).body.errors).toBeUndefined();
});

test("the limit of user keys is userKeyLimit where that is given", async () => {
  const { fake } = createClockedFake({ userKeyLimit: 1 });
  const { body } = await send(fake, "CreateUserKey", {}, await login(fake));
  expect(body.errors[0].message).toBe("A user can have at most 1 user keys.");
});

test("deleting a user key answers its id and stops logins, while open sessions survive", async () => {
  const { fake } = createClockedFake();
  const session = await login(fake);
  const { id } = fake.userKey;
  const { status, body } = await send(fake, "DeleteUserKey", { input: { userKeyId: id } }, session);
  expect([status, body]).toEqual([200, { data: { deleteUserKey: { userKey: { id } } } }]);
  expect((await send(fake, "Me", {}, session)).status).toBe(200);
  const refused = await send(fake, "LoginWithUserKey", { userKeyId: id, secret: fake.userKey.secret });
  expect(refused.body.errors[0].extensions.code).toBe("INCORRECT_USER_KEY_ID_OR_SECRET");
});

test("deleting a user key ends the sessions opened with it, with deletedUserKeyEndsSessions", async () => {
  const { fake } = createClockedFake({ deletedUserKeyEndsSessions: true });
  const session = await login(fake);
  const { body } = await send(fake, "CreateUserKey", {}, session);
  const other = await login(fake, body.data.createUserKey);
  await send(fake, "DeleteUserKey", { input: { userKeyId: fake.userKey.id } }, session);
  expect((await send(fake, "Me", {}, session)).status).toBe(401);
  expect((await send(fake, "Me", {}, other)).status).toBe(200);
});

test("a user can delete only its own keys", async () => {
  const { fake } = createClockedFake();
  const { userKey } = fake.createUser({ role: "Admin" });
  const session = await login(fake);
  for (const userKeyId of [userKey.id, "unknown", 1]) {
    const { status, body } = await send(fake, "DeleteUserKey", { input: { userKeyId } }, session);
    expect([status, body]).toEqual([200, refusal("deleteUserKey", "ENTITY_NOT_FOUND", "UserKey not found")]);
  }
});

test("an API key has no user keys and no session", async () => {
  const { fake, apiKey } = await createFurnishedFake({}, "Admin");
  const cases = { createUserKey: "CreateUserKey", deleteUserKey: "DeleteUserKey", deleteSession: "DeleteSession" };
  for (const [field, operation] of Object.entries(cases)) {
    const variables = operation === "DeleteUserKey" ? { input: { userKeyId: fake.userKey.id } } : {};
    const { status, body } = await send(fake, operation, variables, apiKey);
    expect([status, body]).toEqual([200, refusal(field, "UNAUTHORIZED", "Unauthorized")]);
  }
});
