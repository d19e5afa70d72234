import { describe, expect, test } from "vitest";
import { ValidationError, type Client } from "keylight";
import { adminOf, failure, fakeLumar, wrong } from "./support.ts";

const id = "TjAxNFNlcnZpY2VBY2NvdW50MTIz";
const accountId = "TjAwN0FjY291bnQ3MTU";
const past = new Date(Date.now() - 1000);
const future = new Date(Date.now() + 3_600_000);
const tooLong = "x".repeat(256);
const good = { accountId, name: "n", roleCode: "Viewer" };
const store = (): void => undefined;

type Refused = [what: string, paths: string[], call: (client: Client) => Promise<unknown>];

const creations: Refused[] = [
  ["an empty name", ["name"], ({ serviceAccounts }) => serviceAccounts.create(wrong({ ...good, name: "" }))],
  ["a name of white space", ["name"], ({ serviceAccounts }) => serviceAccounts.create(wrong({ ...good, name: "  " }))],
  ["a name of 256 characters", ["name"], ({ serviceAccounts }) => serviceAccounts.create(wrong({ ...good, name: tooLong }))],
  ["a name that is no text", ["name"], ({ serviceAccounts }) => serviceAccounts.create(wrong({ ...good, name: 5 }))],
  ["an unknown role", ["roleCode"], ({ serviceAccounts }) => serviceAccounts.create(wrong({ ...good, roleCode: "Owner" }))],
  ["a role in another case", ["roleCode"], ({ serviceAccounts }) => serviceAccounts.create(wrong({ ...good, roleCode: "admin" }))],
  ["a description that is no text", ["description"], ({ serviceAccounts }) => serviceAccounts.create(wrong({ ...good, description: null }))],
  ["an account id with white space", ["accountId"], ({ serviceAccounts }) => serviceAccounts.create(wrong({ ...good, accountId: "a b" }))],
  ["an account id that is left out", ["accountId"], ({ serviceAccounts }) => serviceAccounts.create(wrong({ ...good, accountId: undefined }))],
  ["no input", ["input", "accountId", "name", "roleCode"], ({ serviceAccounts }) => serviceAccounts.create(wrong(undefined))],
];

const changes: Refused[] = [
  ["no change", ["changes"], ({ serviceAccounts }) => serviceAccounts.update(id, {})],
  ["changes that are all undefined", ["changes"], ({ serviceAccounts }) => serviceAccounts.update(id, wrong({ name: undefined }))],
  ["changes that are no object", ["changes", "changes"], ({ serviceAccounts }) => serviceAccounts.update(id, wrong(null))],
  ["a list of changes", ["changes", "changes"], ({ serviceAccounts }) => serviceAccounts.update(id, wrong([]))],
  ["an empty name", ["name"], ({ serviceAccounts }) => serviceAccounts.update(id, { name: "" })],
  ["an unknown role", ["roleCode"], ({ serviceAccounts }) => serviceAccounts.update(id, wrong({ roleCode: "x" }))],
  ["enabled as text", ["enabled"], ({ serviceAccounts }) => serviceAccounts.update(id, wrong({ enabled: "false" }))],
  ["a description as a number", ["description"], ({ serviceAccounts }) => serviceAccounts.update(id, wrong({ description: 5 }))],
  ["an id that is no id", ["id"], ({ serviceAccounts }) => serviceAccounts.update("", { name: "n" })],
];

const ids: Refused[] = [
  ["list without an id", ["accountId"], ({ serviceAccounts }) => serviceAccounts.list(wrong(undefined))],
  ["get without an id", ["id"], ({ serviceAccounts }) => serviceAccounts.get(wrong(undefined))],
  ["enable without an id", ["id"], ({ serviceAccounts }) => serviceAccounts.enable(wrong(undefined))],
  ["disable without an id", ["id"], ({ serviceAccounts }) => serviceAccounts.disable(wrong(undefined))],
  ["delete without an id", ["id"], ({ serviceAccounts }) => serviceAccounts.delete(wrong(undefined))],
  ["keys.list without an id", ["serviceAccountId"], ({ serviceAccounts }) => serviceAccounts.keys.list(wrong(undefined))],
  ["keys.revoke without an id", ["id"], ({ serviceAccounts }) => serviceAccounts.keys.revoke(wrong(undefined))],
  ["keys.audit without an id", ["accountId"], ({ serviceAccounts }) => serviceAccounts.keys.audit(wrong(undefined))],
  ["userKeys.delete without an id", ["id"], ({ userKeys }) => userKeys.delete(wrong(undefined))],
];

const keys: Refused[] = [
  ["keys.create without an id", ["serviceAccountId"], ({ serviceAccounts }) => serviceAccounts.keys.create(wrong(undefined))],
  ["an empty name", ["name"], ({ serviceAccounts }) => serviceAccounts.keys.create(id, { name: "" })],
  ["a name of 256 characters", ["name"], ({ serviceAccounts }) => serviceAccounts.keys.create(id, { name: tooLong })],
  ["an expiry in the past", ["expiresAt"], ({ serviceAccounts }) => serviceAccounts.keys.create(id, { expiresAt: past })],
  ["an expiry of now", ["expiresAt"], ({ serviceAccounts }) => serviceAccounts.keys.create(id, { expiresAt: new Date() })],
  ["an invalid Date", ["expiresAt"], ({ serviceAccounts }) => serviceAccounts.keys.create(id, { expiresAt: new Date("x") })],
  ["an expiry that is no instant", ["expiresAt"], ({ serviceAccounts }) => serviceAccounts.keys.create(id, { expiresAt: "tomorrow" })],
  ["an expiry without a time zone", ["expiresAt"], ({ serviceAccounts }) => serviceAccounts.keys.create(id, { expiresAt: "2999-01-01T00:00:00" })],
  ["an expiry on a day that is none", ["expiresAt"], ({ serviceAccounts }) => serviceAccounts.keys.create(id, { expiresAt: "2999-13-45" })],
  ["an expiry as a number", ["expiresAt"], ({ serviceAccounts }) => serviceAccounts.keys.create(id, wrong({ expiresAt: Date.now() + 1e9 }))],
  ["an input that is no object", ["input"], ({ serviceAccounts }) => serviceAccounts.keys.create(id, wrong("name"))],
];

const rotations: Refused[] = [
  ["no id", ["id"], ({ serviceAccounts }) => serviceAccounts.keys.rotate(wrong(undefined), { serviceAccountId: id, store })],
  ["no service account", ["serviceAccountId"], ({ serviceAccounts }) => serviceAccounts.keys.rotate(id, wrong({ store }))],
  ["no store", ["store"], ({ serviceAccounts }) => serviceAccounts.keys.rotate(id, wrong({ serviceAccountId: id }))],
  ["an empty name", ["name"], ({ serviceAccounts }) => serviceAccounts.keys.rotate(id, { serviceAccountId: id, store, name: "" })],
  ["an expiry in the past", ["expiresAt"], ({ serviceAccounts }) => serviceAccounts.keys.rotate(id, { serviceAccountId: id, store, expiresAt: past })],
  ["verify as text", ["verify"], ({ serviceAccounts }) => serviceAccounts.keys.rotate(id, wrong({ serviceAccountId: id, store, verify: "no" }))],
  ["no options", ["options", "serviceAccountId", "store"], ({ serviceAccounts }) => serviceAccounts.keys.rotate(id, wrong(undefined))],
];

const audits: Refused[] = [-1, 1.5, Number.NaN, "90"].flatMap((value) =>
  ["unusedForDays", "expiringWithinDays", "maxAgeDays"].map((option): Refused => {
    return [`${option} of ${value}`, [option], ({ serviceAccounts }) => serviceAccounts.keys.audit(accountId, wrong({ [option]: value }))];
  }),
);

async function expectRefused(paths: string[], call: (client: Client) => Promise<unknown>): Promise<void> {
  const fake = fakeLumar();
  const error = await failure(call(adminOf(fake)), ValidationError);
  expect(error.issues.map(({ path }) => path)).toEqual(paths);
  expect(error).toMatchObject({ code: "BAD_USER_INPUT", retryable: false, mayHaveExecuted: false });
  expect(error.hint).toContain("Nothing was sent");
  expect(error.status).toBeUndefined();
  expect(fake.requests).toHaveLength(0);
}

describe.each([
  ["serviceAccounts.create", creations],
  ["serviceAccounts.update", changes],
  ["a method that takes an id", ids],
  ["keys.create", keys],
  ["keys.rotate", rotations],
  ["keys.audit", audits],
])("%s refuses before anything is sent:", (_, cases) => {
  test.each(cases)("%s", (_what, paths, call) => expectRefused(paths, call));
});

test("a refusal names all that is wrong, in the message too", async () => {
  const fake = fakeLumar();
  const error = await failure(adminOf(fake).serviceAccounts.create(wrong({ accountId: 0, name: "", roleCode: "" })), ValidationError);
  expect(error.issues).toHaveLength(3);
  for (const { path, message } of error.issues) expect(error.message).toContain(`${path} ${message}`);
});

test("characters are counted, not code units", async () => {
  const fake = fakeLumar();
  const { keys: serviceAccountKeys } = adminOf(fake).serviceAccounts;
  await failure(serviceAccountKeys.create(id, { name: "🔑".repeat(256) }), ValidationError);
  expect(fake.requests).toHaveLength(0);
  fake.failNext([{ status: 200, body: "{}" }]);
  const outcome = await serviceAccountKeys.create(id, { name: "🔑".repeat(255) }).catch((error: unknown) => error);
  expect(outcome).not.toBeInstanceOf(ValidationError);
  expect(fake.requests.length).toBeGreaterThan(0);
});

test("what the server refuses as input is a ValidationError with its status and its path", async () => {
  const fake = fakeLumar();
  fake.failNext({
    operationName: "CreateServiceAccountKey",
    body: { errors: [{ message: "too far ahead", path: ["input", "expiresAt"], extensions: { code: "BAD_USER_INPUT" } }], data: null },
  });
  const error = await failure(adminOf(fake).serviceAccounts.keys.create(id, { expiresAt: future }), ValidationError);
  expect(error).toMatchObject({ status: 200, mayHaveExecuted: false, operationName: "CreateServiceAccountKey" });
  expect(error.issues).toEqual([{ path: "input.expiresAt", message: "too far ahead" }]);
});
