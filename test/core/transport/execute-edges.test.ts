import { describe, expect, onTestFinished, test, vi } from "vitest";
import { tracingChannel } from "node:diagnostics_channel";
import { ClientClosedError } from "../../../src/errors/index.ts";
import { RetryBudget } from "../../../src/core/transport/backoff.ts";
import type { Authorization, CredentialSource } from "../../../src/core/credentials/source.ts";
import { execute } from "../../../src/core/transport/execute.ts";
import { CallScope } from "../../../src/core/transport/scope.ts";
import { WireError, type Transport, type WireResponse } from "../../../src/core/transport/wire.ts";
import { canary } from "../../oracle/oracle.ts";
import { answerOf, callOf, rejection, roadOf, sourceOf, type CallOverrides } from "./support.ts";

const url = new URL("https://api.test/graphql?a=b");
const ok = (): WireResponse => answerOf(200, { data: { me: { id: 1 } } }, { "x-request-id": "r-1" });
const key = canary("key-of-execute-tests");

/** A transport that answers in turn, the last one for ever, and tells what was sent. */
function over(...answers: (() => WireResponse | Promise<WireResponse>)[]) {
  let nth = 0;
  const send = vi.fn<Transport["send"]>(async (_request, exchange) => {
    exchange.phase = "headers";
    const answer = answers[Math.min(nth, answers.length - 1)];
    nth += 1;
    if (answer === undefined) throw new Error("no answer was written down");
    return answer();
  });
  const transport: Transport = { send, close: () => undefined };
  return { send, transport };
}

function events(): object[] {
  const told: object[] = [];
  const channel = tracingChannel<unknown, object>("keylight:request");
  const nothing = (): void => undefined;
  const handlers = { start: nothing, end: nothing, asyncStart: nothing, error: nothing, asyncEnd: (event: object) => void told.push(event) };
  channel.subscribe(handlers);
  onTestFinished(() => { channel.unsubscribe(handlers); });
  return told;
}

const credentialOf = (own: Partial<CredentialSource>): CallOverrides => ({ credential: { source: { ...sourceOf(key), ...own }, need: "required" } });

describe("what subscribers are told of a call", () => {
  test("is its name and address, how many requests went out, and what the last one met", async () => {
    const told = events();
    await execute(roadOf(over(() => answerOf(503, ""), ok).transport, { retryMaxDelay: 0 }), callOf(url));
    expect(told).toEqual([{ operationName: "Op", kind: "query", url: "https://api.test/graphql", attempt: 2, status: 200, requestId: "r-1", durationMs: expect.any(Number) as number, result: undefined }]);
  });

  test("has no status and no id where no answer came, and the id of the last answer that had one", async () => {
    const told = events();
    const lost = () => Promise.reject(new WireError("network", { code: "ECONNRESET" }));
    await rejection(execute(roadOf(over(lost).transport, { retryAttempts: 0 }), callOf(url)));
    expect(told[0]).toMatchObject({ attempt: 1 });
    expect(told[0]).not.toHaveProperty("status");
    expect(told[0]).not.toHaveProperty("requestId");
    await execute(roadOf(over(() => ({ ...ok(), header: () => undefined })).transport), callOf(url));
    expect(told[1]).not.toHaveProperty("requestId");
    expect(told[1]).toMatchObject({ status: 200 });
  });

  test("counts the attempt that was cut off", async () => {
    const told = events();
    const scope = new CallScope({ timeout: 10_000 });
    const hanging = over(() => scope.race(new Promise<never>(() => undefined)));
    const call = rejection(execute(roadOf(hanging.transport), { ...callOf(url), scope }));
    await vi.waitFor(() => { expect(hanging.send).toHaveBeenCalledTimes(1); });
    scope.end({ cause: "closed" });
    expect(await call).toBeInstanceOf(ClientClosedError);
    expect(told[0]).toMatchObject({ attempt: 1 });
  });
});

describe("the attempts of a call", () => {
  test("tell status, code and times of each", async () => {
    const { attempts } = await execute(roadOf(over(() => answerOf(503, ""), () => Promise.reject(new WireError("network", { code: "ECONNRESET" })), ok).transport), callOf(url));
    expect(attempts).toEqual([
      { status: 503, code: "NETWORK_ERROR", durationMs: expect.any(Number) as number, waitedMs: 0 },
      { code: "ECONNRESET", durationMs: expect.any(Number) as number, waitedMs: expect.any(Number) as number },
      { status: 200, durationMs: expect.any(Number) as number, waitedMs: expect.any(Number) as number },
    ]);
    for (const { durationMs } of attempts) expect(durationMs).toBeLessThan(5_000);
  });

  test("have no code where a call was left by its caller", async () => {
    const scope = new CallScope({ timeout: 10_000 });
    const hanging = over(() => scope.race(new Promise<never>(() => undefined)));
    const ambiguous = vi.fn(() => Object.assign(new ClientClosedError(), { why: "ambiguous" }) as never);
    const call = rejection(execute(roadOf(hanging.transport), { ...callOf(url, { facts: { kind: "mutation" }, ambiguous }), scope }));
    await vi.waitFor(() => { expect(hanging.send).toHaveBeenCalledTimes(1); });
    scope.end({ cause: "aborted", reason: new Error("left") });
    const error = await call;
    expect(ambiguous).toHaveBeenCalledWith("the call was aborted", "headers");
    expect(error).toHaveProperty("attempts");
    expect(Object.keys(Reflect.get(Reflect.get(error as object, "attempts") as object, 0) as object)).toEqual(["durationMs", "waitedMs"]);
  });
});

describe("the credential of a call", () => {
  const authorization: Authorization = { header: "x-api-key", value: key, generation: 0, adopted: true };

  test("is told that it was accepted, and not where none went out", async () => {
    const accepted = vi.fn();
    await execute(roadOf(over(ok).transport), callOf(url, credentialOf({ accepted, current: () => authorization })));
    expect(accepted.mock.calls).toEqual([[authorization]]);
    const atHand = { ...sourceOf(key), accepted, atHand: () => Promise.resolve(undefined) };
    await execute(roadOf(over(ok).transport), callOf(url, { credential: { source: atHand, need: "at hand" } }));
    expect(accepted).toHaveBeenCalledTimes(1);
  });

  test("that is required is asked for as one, and one that is at hand as that", async () => {
    const [current, atHand] = [vi.fn(() => authorization), vi.fn(() => Promise.resolve(authorization))];
    const source = { ...sourceOf(key), current, atHand };
    await execute(roadOf(over(ok).transport), callOf(url, { credential: { source, need: "required" } }));
    expect([current.mock.calls.length, atHand.mock.calls.length]).toEqual([1, 0]);
    await execute(roadOf(over(ok).transport), callOf(url, { credential: { source, need: "at hand" } }));
    expect([current.mock.calls.length, atHand.mock.calls.length]).toEqual([1, 1]);
  });

  test("goes out in headers that are made once, beside the request's own body or none", async () => {
    const { send, transport } = over(ok);
    const { request, ...call } = callOf(url, credentialOf({ current: () => authorization }));
    const { body: _, ...bare } = request;
    await execute(roadOf(transport), { ...call, request, scope: new CallScope({ timeout: 1_000 }) });
    await execute(roadOf(transport), { ...call, request: bare, scope: new CallScope({ timeout: 1_000 }) });
    const [first, second] = send.mock.calls.map(([sent]) => sent);
    expect(first).toEqual({ ...request, headers: { ...request.headers, "x-api-key": key } });
    expect(second).toEqual({ ...bare, headers: { ...request.headers, "x-api-key": key } });
    expect(second).not.toHaveProperty("body");
    expect(second?.headers).toBe(first?.headers);
  });
});

describe("the wait before a further attempt", () => {
  const asking = (seconds: number) => over(() => answerOf(503, "", { "retry-after": String(seconds) }), ok);

  test("may be a minute, and no longer", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => { vi.useRealTimers(); });
    const [minute, longer, all] = [asking(60), asking(60.001), asking(20)];
    const done = execute(roadOf(minute.transport), callOf(url, { timeout: 100_000 }));
    expect(await rejection(execute(roadOf(longer.transport), callOf(url, { timeout: 100_000 })))).toMatchObject({ retryAfterMs: 60_001 });
    // As long as all the time of the call: then nothing would be left for the attempt.
    await rejection(execute(roadOf(all.transport), callOf(url, { timeout: 20_000 })));
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await done).response.status).toBe(200);
    expect([minute, longer, all].map(({ send }) => send.mock.calls.length)).toEqual([2, 1, 1]);
  });

  test("takes one retry of the budget, and none where there is to be no attempt", async () => {
    const budget = new RetryBudget(1);
    await rejection(execute(roadOf(asking(61).transport, { budget }), callOf(url)));
    await execute(roadOf(asking(0).transport, { budget }), callOf(url));
    expect(await rejection(execute(roadOf(asking(0).transport, { budget }), callOf(url)))).toMatchObject({ status: 503 });
  });
});

describe("a write that is out when the client closes", () => {
  test("may have run: the error says so and what to do", async () => {
    const scope = new CallScope({ timeout: 10_000 });
    const hanging = over(() => scope.race(new Promise<never>(() => undefined)));
    const call = rejection(execute(roadOf(hanging.transport), { ...callOf(url, { facts: { kind: "mutation" } }), scope }));
    await vi.waitFor(() => { expect(hanging.send).toHaveBeenCalledTimes(1); });
    scope.end({ cause: "closed" });
    const error = await call;
    expect(error).toBeInstanceOf(ClientClosedError);
    expect(error).toMatchObject({ mayHaveExecuted: true, operationName: "Op", attempts: [{ code: "CLIENT_CLOSED" }], hint: "The write may have run: look with a new client before you repeat it." });
  });

  test("did not run where it had not begun", async () => {
    const scope = new CallScope({ timeout: 10_000 });
    scope.end({ cause: "closed" });
    const { send, transport } = over(ok);
    expect(await rejection(execute(roadOf(transport), { ...callOf(url, { facts: { kind: "mutation" } }), scope }))).toMatchObject({ mayHaveExecuted: false });
    expect(send).not.toHaveBeenCalled();
  });
});
