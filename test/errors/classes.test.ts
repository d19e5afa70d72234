import { expect, test } from "vitest";
import {
  AmbiguousMutationError,
  AuthenticationError,
  ClientClosedError,
  ConfigurationError,
  GraphQLRequestError,
  isKeylightError,
  KeylightError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ResponseFormatError,
  SessionStoreError,
  TimeoutError,
  TransportError,
  UnexpectedRedirectError,
  ValidationError,
} from "../../src/errors/index.ts";

type ErrorClass = abstract new (...given: never[]) => KeylightError;

const nothingFound = () => Promise.resolve({ outcome: "not-found" as const, candidates: [] });

const classes: [name: string, code: string, make: () => KeylightError, ancestors: ErrorClass[]][] = [
  ["ConfigurationError", "INVALID_CONFIGURATION", () => new ConfigurationError("m"), [ConfigurationError]],
  ["ClientClosedError", "CLIENT_CLOSED", () => new ClientClosedError(), [ClientClosedError]],
  ["AuthenticationError", "KEY_REJECTED", () => new AuthenticationError("m", "KEY_REJECTED"), [AuthenticationError]],
  ["PermissionError", "PERMISSION_DENIED", () => new PermissionError("m", "PERMISSION_DENIED"), [PermissionError]],
  ["NotFoundError", "NOT_FOUND", () => new NotFoundError("m"), [NotFoundError]],
  ["ValidationError", "BAD_USER_INPUT", () => new ValidationError("m", []), [ValidationError]],
  ["RateLimitError", "RATE_LIMITED", () => new RateLimitError("m"), [RateLimitError]],
  ["TransportError", "NETWORK_ERROR", () => new TransportError("m", "connect"), [TransportError]],
  ["TimeoutError", "TIMEOUT", () => new TimeoutError("m", "body"), [TimeoutError, TransportError]],
  ["UnexpectedRedirectError", "UNEXPECTED_REDIRECT", () => new UnexpectedRedirectError("m", undefined), [UnexpectedRedirectError, TransportError]],
  ["AmbiguousMutationError", "OUTCOME_UNKNOWN", () => new AmbiguousMutationError("m", "body", nothingFound), [AmbiguousMutationError, TransportError]],
  ["ResponseFormatError", "BAD_RESPONSE", () => new ResponseFormatError("m", undefined, 0), [ResponseFormatError]],
  ["GraphQLRequestError", "GRAPHQL_ERROR", () => new GraphQLRequestError("m", [], null), [GraphQLRequestError]],
  ["SessionStoreError", "STORE_UNAVAILABLE", () => new SessionStoreError("m"), [SessionStoreError]],
];
const everyClass = new Set(classes.flatMap(([, , , ancestors]) => ancestors));

test.each(classes)("%s has its own name and the code %s", (name, code, make) => {
  const error = make();
  expect([error.name, error.code]).toEqual([name, code]);
  expect(String(error)).toBe(`${name}: ${error.message}`);
});

test.each(classes)("%s is an instance of itself, its ancestors and Error, and of no other class", (_name, _code, make, ancestors) => {
  const error = make();
  expect(error).toBeInstanceOf(Error);
  expect(error).toBeInstanceOf(KeylightError);
  for (const one of everyClass) expect(error instanceof one, one.name).toBe(ancestors.includes(one));
});

test.each(classes)("%s says nothing of a write by default, unless doubt is its meaning", (name, _code, make) => {
  expect(make().mayHaveExecuted).toBe(name === "AmbiguousMutationError");
});

test.each(classes)("%s is retryable by default only where waiting is the cure", (name, _code, make) => {
  expect(make().retryable).toBe(name === "RateLimitError" || name === "TimeoutError");
});

test.each(classes)("%s is recognised by isKeylightError, by its own code only", (_name, code, make) => {
  expect(isKeylightError(make())).toBe(true);
  expect(isKeylightError(make(), code)).toBe(true);
  expect(isKeylightError(make(), "SOMETHING_ELSE")).toBe(false);
});

test.each([undefined, null, 0, "NOT_FOUND", {}, [], new Error("x"), { code: "NOT_FOUND", name: "NotFoundError" }, () => undefined])(
  "%o is no error of keylight",
  (value) => {
    expect(isKeylightError(value)).toBe(false);
    expect(value instanceof KeylightError).toBe(false);
    expect(value instanceof NotFoundError).toBe(false);
  },
);

test("a user's subclass has its own instanceof and stays an instance of its parents", () => {
  class QuotaError extends RateLimitError {}
  class OtherError extends RateLimitError {}
  const error = new QuotaError("m");
  expect(error).toBeInstanceOf(QuotaError);
  expect(error).toBeInstanceOf(RateLimitError);
  expect(error).toBeInstanceOf(KeylightError);
  expect(error).not.toBeInstanceOf(OtherError);
  expect(new RateLimitError("m")).not.toBeInstanceOf(QuotaError);
  expect(new NotFoundError("m")).not.toBeInstanceOf(QuotaError);
  expect(error.code).toBe("RATE_LIMITED");
});

test("a user's subclass may take a name of its own", () => {
  class QuotaError extends KeylightError {
    override readonly name = "QuotaError";
  }
  const error = new QuotaError("m", "QUOTA");
  expect([error.name, error.code, isKeylightError(error, "QUOTA")]).toEqual(["QuotaError", "QUOTA", true]);
});

test("recover() of an ambiguous mutation hands on what the search found", async () => {
  await expect(new AmbiguousMutationError("m", "headers", nothingFound).recover()).resolves.toEqual({ outcome: "not-found", candidates: [] });
});

test("a caller's detail beats a class's default", () => {
  expect(new RateLimitError("m", { retryable: false }).retryable).toBe(false);
  expect(new AmbiguousMutationError("m", "body", nothingFound, { mayHaveExecuted: false }).mayHaveExecuted).toBe(false);
  expect(new ClientClosedError().hint).toBe("Make a new client.");
  expect(new ClientClosedError({ hint: "Wait." }).hint).toBe("Wait.");
});

test.each(classes)("the stack of a %s begins with its name, at the code that threw it", (name, _code, make) => {
  const [head = "", first = ""] = (make().stack ?? "").split("\n");
  expect(head).toBe(`${name}: ${make().message}`);
  expect(first).toContain("classes.test");
});
