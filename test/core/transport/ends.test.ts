import { getEventListeners } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { AmbiguousMutationError, ClientClosedError, isKeylightError, TimeoutError, type TransportPhase } from "../../../src/errors/index.ts";
import { execute } from "../../../src/core/transport/execute.ts";
import type { CallScope } from "../../../src/core/transport/scope.ts";
import { transportName } from "../../support/transport.ts";
import { json, serve, serveRaw, until } from "./server.ts";
import { callOf, open, rejection, roadOf } from "./support.ts";

const write = { facts: { kind: "mutation" as const } };
const nothing = () => Promise.resolve({ outcome: "not-found" as const, candidates: [] });
const ambiguous = (why: string, phase: TransportPhase) => new AmbiguousMutationError(why, phase, nothing);

describe(`over ${transportName}`, () => {
  test("an abort before the call sends nothing and rejects with the signal's reason", async () => {
    const { url, connections } = await serve((response) => { json(response, { data: {} }); });
    const reason = new Error("enough");
    expect(await rejection(execute(roadOf(await open()), callOf(url, { signal: AbortSignal.abort(reason) })))).toBe(reason);
    expect(connections()).toBe(0);
  });

  test("an abort in the same turn as the call sends nothing either", async () => {
    const { url, connections } = await serve((response) => { json(response, { data: {} }); });
    const controller = new AbortController();
    const road = roadOf(await open());
    const calling = rejection(execute(road, callOf(url, { signal: controller.signal, ...write })));
    controller.abort("enough");
    expect(await calling).toBe("enough");
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(connections()).toBe(0);
  });

  test("an abort in flight rejects at once with the reason, whatever that is, and leaves no listener", async () => {
    const controller = new AbortController();
    const { url, seen } = await serve(() => undefined);
    const calling = rejection(execute(roadOf(await open()), callOf(url, { signal: controller.signal })));
    await until(() => seen.length === 1);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    controller.abort({ any: "thing" });
    expect(await calling).toEqual({ any: "thing" });
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    expect(seen).toHaveLength(1);
  });

  test("an abort in a wait between attempts rejects at once, and no attempt follows", async () => {
    const controller = new AbortController();
    const { url, seen } = await serve((response) => { json(response, "", 503, { "retry-after": "5" }); });
    const before = performance.now();
    const calling = rejection(execute(roadOf(await open()), callOf(url, { signal: controller.signal })));
    await until(() => seen.length === 1);
    setTimeout(() => { controller.abort("enough"); }, 50);
    expect(await calling).toBe("enough");
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(seen).toHaveLength(1);
  });

  test("no listener is left after a success", async () => {
    const { url } = await serve((response) => { json(response, { data: {} }); });
    const { signal } = new AbortController();
    await execute(roadOf(await open()), callOf(url, { signal }));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("a timeout of a write leaves doubt and tells the attempt; one of a query leaves none", async () => {
    const { url } = await serve(() => undefined);
    const transport = await open();
    const error = await rejection(execute(roadOf(transport), callOf(url, { ...write, timeout: 80, variableNames: ["id"] })));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ mayHaveExecuted: true, retryable: true, operationName: "Op", variableNames: ["id"], attempts: [{ code: "TIMEOUT" }] });
    expect(await rejection(execute(roadOf(transport), callOf(url, { timeout: 80 })))).toMatchObject({ code: "TIMEOUT", mayHaveExecuted: false });
  });

  test("a stalled body of a write is a timeout in the phase body", async () => {
    const { url } = await serve((response) => {
      response.writeHead(200);
      response.write("{");
    });
    expect(await rejection(execute(roadOf(await open()), callOf(url, { ...write, timeout: 150 })))).toMatchObject({ code: "TIMEOUT", phase: "body", mayHaveExecuted: true });
  });

  test("closing ends a call in flight, with the doubt of a write", async () => {
    const { url, seen } = await serve(() => undefined);
    const openScopes = new Set<CallScope>();
    const calling = rejection(execute(roadOf(await open()), callOf(url, { ...write, open: openScopes })));
    await until(() => seen.length === 1);
    for (const scope of openScopes) scope.end({ cause: "closed" });
    const error = await calling;
    expect(error).toBeInstanceOf(ClientClosedError);
    expect(error).toMatchObject({ mayHaveExecuted: true, operationName: "Op" });
    expect(openScopes.size).toBe(0);
  });

  test.each<[string, (socket: import("node:net").Socket) => void]>([
    ["is reset", (socket) => socket.resetAndDestroy()],
    ["is truncated", (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{")],
    ["is HTML", (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>")],
    ["is a 502", (socket) => socket.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")],
    ["never comes", () => undefined],
  ])("where a lost answer matters, one that %s is said to be ambiguous", async (_what, answer) => {
    const { url, connections } = await serveRaw((socket) => socket.once("data", () => { answer(socket); }));
    const error = await rejection(execute(roadOf(await open()), callOf(url, { ...write, ambiguous, timeout: 400 })));
    expect(error).toBeInstanceOf(AmbiguousMutationError);
    expect(error).toMatchObject({ code: "OUTCOME_UNKNOWN", mayHaveExecuted: true, operationName: "Op", attempts: [{}] });
    expect(connections()).toBe(1);
  });
});

test("an abort in flight is ambiguous where a lost answer matters, and before the flight it is an abort", async () => {
  const controller = new AbortController();
  const { url, seen } = await serve(() => undefined);
  const road = roadOf(await open());
  const calling = rejection(execute(road, callOf(url, { ...write, ambiguous, signal: controller.signal })));
  await until(() => seen.length === 1);
  controller.abort("enough");
  expect(isKeylightError(await calling, "OUTCOME_UNKNOWN")).toBe(true);
  expect(await rejection(execute(road, callOf(url, { ...write, ambiguous, signal: controller.signal })))).toBe("enough");
  expect(seen).toHaveLength(1);
});

test.each([
  [200, { errors: [{ message: "m", extensions: { code: "BAD_USER_INPUT" } }], data: null }, "BAD_USER_INPUT"],
  [200, { errors: [{ message: "m" }], data: null }, "GRAPHQL_ERROR"],
  [403, "", "PERMISSION_DENIED"],
])("an answer that can be read is not ambiguous: %i %j", async (status, body, code) => {
  const { url } = await serve((response) => { json(response, body, status); });
  expect(await rejection(execute(roadOf(await open()), callOf(url, { ...write, ambiguous })))).toMatchObject({ code });
});

test("a transport that does not load in time is a timeout in the phase connect, without doubt", async () => {
  const road = { ...roadOf(await open()), transport: () => new Promise<never>(() => undefined) };
  const error = await rejection(execute(road, callOf(new URL("http://127.0.0.1:1/"), { ...write, timeout: 40 })));
  expect(error).toMatchObject({ code: "TIMEOUT", phase: "connect", mayHaveExecuted: false });
});

test("what a transport throws by mistake reaches the caller as it is", async () => {
  const mistake = new RangeError("mistake");
  const transport = { send: vi.fn(() => Promise.reject(mistake)), close: () => undefined };
  expect(await rejection(execute(roadOf(transport), callOf(new URL("http://127.0.0.1:1/"))))).toBe(mistake);
  expect(transport.send).toHaveBeenCalledOnce();
});
