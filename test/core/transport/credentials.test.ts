import { describe, expect, test, vi } from "vitest";
import { AuthenticationError } from "../../../src/errors/index.ts";
import { keySource } from "../../../src/core/credentials/key.ts";
import type { CredentialValue } from "../../../src/core/credentials/source.ts";
import { LiveSecrets } from "../../../src/core/live-secrets.ts";
import { execute } from "../../../src/core/transport/execute.ts";
import { transportName } from "../../support/transport.ts";
import { json, serve } from "./server.ts";
import { callOf, open, rejection, roadOf, sourceOf } from "./support.ts";

const good = { data: {} };

function keyOf(value: CredentialValue) {
  return keySource({
    value,
    name: "apiKey",
    origin: { kind: "apiKey", source: "option apiKey", header: "x-api-key", variable: "LC_API_KEY" },
    secrets: new LiveSecrets(),
    rejection: { code: "KEY_REJECTED", message: "the key was rejected", hint: "make a new one" },
  });
}
const required = (source: ReturnType<typeof keyOf>) => ({ credential: { source, need: "required" as const } });

describe(`over ${transportName}`, () => {
  test("exactly one credential header leaves with a request", async () => {
    const { url, seen } = await serve((response) => { json(response, good); });
    await execute(roadOf(await open()), callOf(url, required(keyOf("k-1"))));
    const names = (seen[0]?.rawHeaders ?? []).filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    expect(names.filter((name) => ["authorization", "x-api-key", "x-auth-token", "cookie"].includes(name))).toEqual(["x-api-key"]);
    expect(seen[0]?.headers["x-api-key"]).toBe("k-1");
  });

  test("a rejected key is one request and KEY_REJECTED, with the answer's facts", async () => {
    const { url, seen } = await serve((response) => { json(response, "", 401, { "x-request-id": "r1" }); });
    const error = await rejection(execute(roadOf(await open()), callOf(url, required(keyOf("k-1")))));
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ code: "KEY_REJECTED", status: 401, requestId: "r1", attempts: [{ status: 401 }], hint: "make a new one", mayHaveExecuted: false });
    expect(seen).toHaveLength(1);
  });

  test("a function is asked once more after a rejection, and a different value is sent once", async () => {
    const values = ["old", "new", "newer"];
    const value = vi.fn(() => values.shift() ?? "none");
    const { url, seen } = await serve((response, _nth, { headers }) => { json(response, good, headers["x-api-key"] === "new" ? 200 : 401); });
    const source = keyOf(value);
    const road = roadOf(await open());
    expect((await execute(road, callOf(url, { ...required(source), facts: { kind: "mutation" } }))).attempts).toHaveLength(2);
    expect(seen.map(({ headers }) => headers["x-api-key"])).toEqual(["old", "new"]);
    expect(await rejection(execute(road, callOf(url, required(source))))).toMatchObject({ code: "KEY_REJECTED" });
    expect(value).toHaveBeenCalledTimes(4);
  });

  test("a function that gives the same value again has it sent once", async () => {
    const value = vi.fn(() => "same");
    const { url, seen } = await serve((response) => { json(response, "", 401); });
    expect(await rejection(execute(roadOf(await open()), callOf(url, required(keyOf(value)))))).toMatchObject({ code: "KEY_REJECTED" });
    expect([seen.length, value.mock.calls.length]).toEqual([1, 2]);
  });

  test("a second rejection ends the call, however many values there are", async () => {
    let asked = 0;
    const { url, seen } = await serve((response) => { json(response, "", 401); });
    expect(await rejection(execute(roadOf(await open()), callOf(url, required(keyOf(() => `k-${asked++}`)))))).toMatchObject({ code: "KEY_REJECTED" });
    expect([seen.length, asked]).toEqual([2, 2]);
  });
});

test("retries after a renewal use the new credential", async () => {
  const answers = [503, 401, 503, 200];
  const { url, seen } = await serve((response, nth) => { json(response, answers[nth] === 200 ? good : "", answers[nth]); });
  await execute(roadOf(await open()), callOf(url, { credential: { source: sourceOf("a", "b"), need: "required" } }));
  expect(seen.map(({ headers }) => headers["x-api-key"])).toEqual(["a", "a", "b", "b"]);
});

test("a rejection of a call that carried no credential is told as it is", async () => {
  const { url, seen } = await serve((response) => { json(response, "", 401); });
  const source = { ...keyOf("k"), atHand: () => Promise.resolve(undefined) };
  const road = roadOf(await open());
  expect(await rejection(execute(road, callOf(url)))).toMatchObject({ code: "SESSION_EXPIRED", status: 401 });
  expect(await rejection(execute(road, callOf(url, { credential: { source, need: "at hand" } })))).toMatchObject({ code: "SESSION_EXPIRED", status: 401 });
  expect(seen.map(({ headers }) => headers["x-api-key"])).toEqual([undefined, undefined]);
});

test("a source hears of its credential only when it was accepted", async () => {
  const { url } = await serve((response, nth) => { json(response, good, nth === 0 ? 401 : 200); });
  const accepted = vi.fn();
  await execute(roadOf(await open()), callOf(url, { credential: { source: { ...sourceOf("a", "b"), accepted }, need: "required" } }));
  expect(accepted.mock.calls).toEqual([[expect.objectContaining({ value: "b" })]]);
});

test("a function that hangs is bounded by the deadline, and nothing was sent", async () => {
  const { url, connections } = await serve((response) => { json(response, good); });
  const error = await rejection(execute(roadOf(await open()), callOf(url, { ...required(keyOf(() => new Promise<never>(() => undefined))), timeout: 40, facts: { kind: "mutation" } })));
  expect(error).toMatchObject({ code: "TIMEOUT", mayHaveExecuted: false, attempts: [] });
  expect(connections()).toBe(0);
});

test("a function that gives no credential is named, and nothing was sent", async () => {
  const { url, connections } = await serve((response) => { json(response, good); });
  for (const value of ["", "a b", undefined]) {
    expect(await rejection(execute(roadOf(await open()), callOf(url, required(keyOf(() => value as string)))))).toMatchObject({ code: "INVALID_CONFIGURATION", message: expect.stringMatching(/^apiKey /) });
  }
  expect(connections()).toBe(0);
});
