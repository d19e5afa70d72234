import { describe, expect, test } from "vitest";
import { AmbiguousMutationError, ConfigurationError, GraphQLRequestError, PermissionError, TransportError, type RequestOptions } from "keylight";
import type { Fault } from "keylight/testing";
import { arrived, clientOf, countAt, failure, fakeLumar, furnished, rejection } from "./support.ts";

const create = "CreateServiceAccountKey";
const stalled = { operationName: create, delay: 60_000 };

type Lost = [what: string, fault: Fault, options: RequestOptions, outcome: "revoked" | "not-found"];

const lost: Lost[] = [
  ["the connection broke before the server did anything", { drop: "before" }, {}, "not-found"],
  ["the connection broke before the answer", { drop: "after" }, {}, "revoked"],
  ["the connection broke in the middle of the answer", { drop: "body" }, {}, "revoked"],
  ["a gateway answered 502 after it ran", { status: 502, executed: true }, {}, "revoked"],
  ["a gateway answered 503 before it ran", { status: 503 }, {}, "not-found"],
  ["a gateway answered 504 after it ran", { status: 504, executed: true }, {}, "revoked"],
  ["the server broke down with 500", { status: 500, body: { errors: [{ message: "oops" }], data: null }, executed: true }, {}, "revoked"],
  ["the answer is a web page", { body: "<html></html>", executed: true }, {}, "revoked"],
  ["the answer is empty", { body: "", executed: true }, {}, "revoked"],
  ["the answer lacks the key", { body: { data: {} }, executed: true }, {}, "revoked"],
  ["the answer has null for the key", { body: { data: { createServiceAccountKey: null } }, executed: true }, {}, "revoked"],
  ["the time was over before it ran", { delay: 60_000 }, { timeout: 300 }, "not-found"],
  ["the time was over in the middle of the answer", { bodyDelay: 60_000 }, { timeout: 1_000 }, "revoked"],
];

describe("keys.create whose answer is lost", () => {
  test.each(lost)("says so, and recover() puts it right: %s", async (_, fault, options, outcome) => {
    const { fake, client, serviceAccount } = await furnished();
    fake.failNext({ ...fault, operationName: create });
    const error = await failure(client.serviceAccounts.keys.create(serviceAccount.id, { name: "lost" }, options), AmbiguousMutationError);
    expect(error).toMatchObject({ code: "OUTCOME_UNKNOWN", mayHaveExecuted: true, operationName: create, name: "AmbiguousMutationError" });
    expect(error.hint).toContain("recover()");
    expect(countAt(fake, create)).toBe(1);

    const recovery = await error.recover();
    expect(recovery.outcome).toBe(outcome);
    expect(recovery.candidates.map(({ name }) => name)).toEqual(outcome === "revoked" ? ["lost"] : []);
    expect(countAt(fake, "RevokeServiceAccountKey")).toBe(outcome === "revoked" ? 1 : 0);
    const keys = await client.serviceAccounts.keys.list(serviceAccount.id);
    expect(keys.every(({ revokedAt }) => revokedAt !== null)).toBe(true);
    expect(countAt(fake, create)).toBe(1);
  });

  test("is a TransportError, and is never sent again by itself", async () => {
    const { fake, client, serviceAccount } = await furnished({}, { retry: { attempts: 5 } });
    fake.failNext({ operationName: create, drop: "after" });
    const error = await failure(client.serviceAccounts.keys.create(serviceAccount.id), TransportError);
    expect(error.attempts).toHaveLength(1);
    expect(countAt(fake, create)).toBe(1);
  });
});

describe("an abort", () => {
  test("while the create is in flight: the outcome is unknown, and recover() is at hand", async () => {
    const { fake, client, serviceAccount } = await furnished();
    fake.failNext({ operationName: create, bodyDelay: 60_000 });
    const controller = new AbortController();
    const creating = client.serviceAccounts.keys.create(serviceAccount.id, { name: "lost" }, { signal: controller.signal });
    await arrived(fake, create);
    controller.abort(new Error("changed my mind"));
    const error = await failure(creating, AmbiguousMutationError);
    expect(error.message).toContain("aborted");
    expect(await error.recover()).toMatchObject({ outcome: "revoked" });
  });

  test("before anything is sent rejects with the signal's own reason", async () => {
    const { fake, client, serviceAccount } = await furnished();
    const reason = new Error("never mind");
    const creating = client.serviceAccounts.keys.create(serviceAccount.id, {}, { signal: AbortSignal.abort(reason) });
    expect(await rejection(creating)).toBe(reason);
    expect(countAt(fake, create)).toBe(0);
  });

  test("while the login is running rejects with the signal's own reason", async () => {
    const fake = fakeLumar();
    const client = clientOf({ userKey: fake.userKey });
    fake.failNext({ operationName: "LoginWithUserKey", delay: 60_000 });
    const controller = new AbortController();
    const creating = client.serviceAccounts.keys.create(1, {}, { signal: controller.signal });
    await arrived(fake, "LoginWithUserKey");
    const reason = { odd: "reason" };
    controller.abort(reason);
    expect(await rejection(creating)).toBe(reason);
    expect(countAt(fake, create)).toBe(0);
  });

  test("of another write in flight rejects with the signal's own reason", async () => {
    const { fake, client, serviceAccount } = await furnished();
    fake.failNext({ operationName: "DeleteServiceAccount", delay: 60_000 });
    const controller = new AbortController();
    const deleting = client.serviceAccounts.delete(serviceAccount.id, { signal: controller.signal });
    await arrived(fake, "DeleteServiceAccount");
    const reason = new Error("stop");
    controller.abort(reason);
    expect(await rejection(deleting)).toBe(reason);
  });
});

describe("keys.create that did not run for certain is not ambiguous", () => {
  test("refused by the server", async () => {
    const { fake, client, serviceAccount } = await furnished();
    fake.failNext({ body: { errors: [{ message: "Unauthorized", extensions: { code: "UNAUTHORIZED" } }], data: null } });
    expect(await failure(client.serviceAccounts.keys.create(serviceAccount.id), PermissionError)).toMatchObject({ mayHaveExecuted: false });
  });

  test("the document refused by the server: the hint says what to check", async () => {
    const { fake, client, serviceAccount } = await furnished();
    fake.failNext({ status: 400, body: { errors: [{ message: 'Cannot query field "x"', extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }] } });
    const error = await failure(client.serviceAccounts.keys.create(serviceAccount.id), GraphQLRequestError);
    expect(error.mayHaveExecuted).toBe(false);
    expect(error.hint).toContain("schema");
  });

  test("429 and 401 are sent again, and one key is made", async () => {
    const { fake, client, serviceAccount } = await furnished();
    fake.failNext([{ operationName: create, status: 429, headers: { "retry-after": "0" } }, { operationName: create, status: 401 }]);
    await client.serviceAccounts.keys.create(serviceAccount.id);
    expect(await client.serviceAccounts.keys.list(serviceAccount.id)).toHaveLength(1);
    expect(countAt(fake, create)).toBe(3);
    expect(countAt(fake, "LoginWithUserKey")).toBe(2);
  });

  test("no connection at all: sent again, since nothing can have run, and then a TransportError", async () => {
    let tries = 0;
    const refuse: typeof fetch = () => {
      tries += 1;
      return Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) }));
    };
    const client = clientOf({ sessionToken: "token", fetch: refuse, retry: { maxDelay: 1 } });
    const error = await failure(client.serviceAccounts.keys.create(1), TransportError);
    expect(error).not.toBeInstanceOf(AmbiguousMutationError);
    expect(error).toMatchObject({ code: "NETWORK_ERROR", phase: "connect", mayHaveExecuted: false, retryable: true });
    expect(tries).toBe(3);
  });

  test("no credential", async () => {
    const fake = fakeLumar();
    await failure(clientOf().serviceAccounts.keys.create(1), ConfigurationError);
    expect(fake.requests).toHaveLength(0);
  });
});

test("a create that is stalled does not hold up others", async () => {
  const { fake, client, serviceAccount } = await furnished();
  fake.failNext(stalled);
  const controller = new AbortController();
  const creating = client.serviceAccounts.keys.create(serviceAccount.id, {}, { signal: controller.signal });
  await arrived(fake, create);
  expect(await client.serviceAccounts.keys.list(serviceAccount.id)).toEqual([]);
  controller.abort();
  await failure(creating, AmbiguousMutationError);
});
