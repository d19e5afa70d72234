import { describe, expect, test } from "vitest";
import { ClientClosedError, GraphQLRequestError, TimeoutError, TransportError } from "../../../src/errors/index.ts";
import { endedEarly, leavesDoubt, neverLeft, unanswered } from "../../../src/core/transport/failures.ts";
import { ScopeEnded } from "../../../src/core/transport/scope.ts";
import { WireError, type Exchange } from "../../../src/core/transport/wire.ts";
import { exchangeOf, factsOf } from "./support.ts";

const inPhase = (phase: Exchange["phase"]): Exchange => Object.assign(exchangeOf(), { phase });
const lost = (details: ConstructorParameters<typeof WireError>[1], phase: Exchange["phase"] = "headers", ran = false) => unanswered(new WireError("network", details), inPhase(phase), ran, factsOf());

describe("the proof that a request never left", () => {
  test.each<[Exchange["phase"], string | undefined, boolean]>([
    ["connect", "ECONNREFUSED", true], ["tls", "CERT_HAS_EXPIRED", true], ["send", "ECONNRESET", false], ["headers", "ECONNRESET", false], ["body", "ECONNRESET", false], ["connect", undefined, false],
  ])("in the phase %s with the code %s: %s", (phase, code, proven) => {
    expect(neverLeft(new WireError("network", { code }), inPhase(phase))).toBe(proven);
  });
});

describe("a lost answer", () => {
  test.each<[Exchange["phase"], string]>([
    ["connect", "no connection to the server"], ["tls", "no connection to the server"], ["send", "the connection broke before the answer was whole"], ["body", "the connection broke before the answer was whole"],
  ])("in the phase %s is told as: %s", (phase, what) => {
    expect(lost({ code: "EX" }, phase)).toMatchObject({ kind: "retry", ran: false, error: { message: `${what} (EX, phase ${phase})`, retryable: true, phase, operationName: "Op" } });
  });

  test("is told with code and syscall, as far as they are known", () => {
    expect(lost({ code: "EX", syscall: "read" })).toHaveProperty("error.cause", { name: "Error", code: "EX", syscall: "read" });
    expect(lost({ code: "EX" })).toHaveProperty("error.cause", { name: "Error", code: "EX" });
    const unknown = lost({});
    expect(unknown).toHaveProperty("error.cause", { name: "Error" });
    expect(unknown).toHaveProperty("error.message", "the connection broke before the answer was whole (network error, phase headers)");
  });

  test("is told with what had come of it", () => {
    expect(lost({ code: "EX", status: 200, byteLength: 7, contentType: "text/plain" }, "body")).toMatchObject({
      error: { status: 200, message: "the connection broke before the answer was whole (EX, phase body); it had begun with 200 and 7 bytes of type text/plain" },
    });
    expect(lost({ code: "EX", status: 200 }, "body")).toMatchObject({ error: { message: expect.stringMatching(/and 0 bytes without a content type$/) as string } });
  });

  test("of a write that may have run says so", () => {
    expect(lost({ code: "EX" }, "headers", true)).toMatchObject({ kind: "retry", ran: true, error: { mayHaveExecuted: true } });
  });

  test.each([["PROXY_407", "fail"], ["PROXY_403", "fail"], ["PROXY_408", "retry"], ["PROXY_429", "retry"], ["PROXY_502", "retry"], ["X_PROXY_407", "retry"]])("by the proxy's %s: %s", (code, kind) => {
    const outcome = lost({ code }, "connect");
    expect(outcome.kind).toBe(kind);
    expect(outcome).toHaveProperty("error.retryable", kind === "retry");
    if (kind === "fail") expect(outcome).toHaveProperty("error.hint", expect.stringContaining("The proxy refused."));
  });
});

describe("an answer that cannot be read", () => {
  test.each([["too-large", "the answer is larger than maxResponseBytes allows"], ["bad-encoding", "the answer's compression is broken"]] as const)("since it is %s is told as: %s", (kind, message) => {
    const outcome = unanswered(new WireError(kind, { status: 200, contentType: `text/${"x".repeat(200)}`, byteLength: 9 }), inPhase("body"), true, factsOf());
    expect(outcome).toMatchObject({ kind: "fail", error: { message, status: 200, byteLength: 9, mayHaveExecuted: true, contentType: `text/${"x".repeat(95)}` } });
    expect(outcome).toHaveProperty("error.name", "ResponseFormatError");
  });
});

describe("the end of a call before its outcome", () => {
  test("is told by its cause", () => {
    const { signal } = new AbortController();
    expect(endedEarly(new ScopeEnded({ cause: "aborted", reason: signal }), 5, "send")).toBe(signal);
    expect(endedEarly(new ScopeEnded({ cause: "closed" }), 5, "send")).toBeInstanceOf(ClientClosedError);
    const late = endedEarly(new ScopeEnded({ cause: "timeout" }), 5, "send");
    expect(late).toBeInstanceOf(TimeoutError);
    expect(late).toMatchObject({ message: "no answer within 5 ms", phase: "send" });
  });
});

describe("a failed write leaves doubt", () => {
  const told = (status: number | undefined) => new GraphQLRequestError("no", [], null, { status });
  test.each<[string, unknown, boolean]>([
    ["an abort", new Error("left"), true], ["no error at all", undefined, true], ["a lost answer", new TransportError("lost", "headers"), true], ["the closing of the client", new ClientClosedError(), false],
    ["a breakdown that the server told of", told(500), true], ["another one", told(503), true], ["a refusal that it told of", told(499), false], ["a refusal in a 200", told(200), false], ["a refusal of no status", told(undefined), false],
  ])("after %s: %s", (_what, error, doubt) => {
    expect(leavesDoubt(error)).toBe(doubt);
  });
});
