import { beforeAll, expect, test, vi } from "vitest";

type Errors = typeof import("../../src/errors/index.ts");

let one: Errors;
let two: Errors;

beforeAll(async () => {
  one = await import("../../src/errors/index.ts");
  vi.resetModules();
  two = await import("../../src/errors/index.ts");
});

/** One error of each class of a copy, by the name of its class. */
function all(copy: Errors) {
  return {
    ConfigurationError: new copy.ConfigurationError("m"),
    ClientClosedError: new copy.ClientClosedError(),
    AuthenticationError: new copy.AuthenticationError("m", "LOGIN_FAILED"),
    PermissionError: new copy.PermissionError("m", "SERVICE_ACCOUNT_FORBIDDEN"),
    NotFoundError: new copy.NotFoundError("m"),
    ValidationError: new copy.ValidationError("m", []),
    RateLimitError: new copy.RateLimitError("m"),
    TransportError: new copy.TransportError("m", "send"),
    TimeoutError: new copy.TimeoutError("m", "send"),
    UnexpectedRedirectError: new copy.UnexpectedRedirectError("m", undefined),
    AmbiguousMutationError: new copy.AmbiguousMutationError("m", "send", () => Promise.reject(new Error("m"))),
    ResponseFormatError: new copy.ResponseFormatError("m", undefined, 0),
    GraphQLRequestError: new copy.GraphQLRequestError("m", [], null),
    SessionStoreError: new copy.SessionStoreError("m"),
  };
}

test("the two copies are two", () => {
  expect(one.KeylightError).not.toBe(two.KeylightError);
});

test("instanceof of one copy gives the same answer for the errors of the other", () => {
  const [mine, theirs] = [all(one), all(two)];
  for (const name of Object.keys(mine) as (keyof typeof mine)[]) {
    expect(theirs[name] instanceof one[name], name).toBe(true);
    expect(theirs[name] instanceof one.KeylightError, name).toBe(true);
    for (const other of Object.keys(mine) as (keyof typeof mine)[]) {
      expect(theirs[name] instanceof one[other], `${name} of the other copy as ${other}`).toBe(mine[name] instanceof one[other]);
    }
  }
});

test("isKeylightError holds across copies, with the code", () => {
  const error = new two.NotFoundError("m");
  expect(one.isKeylightError(error)).toBe(true);
  expect(one.isKeylightError(error, "NOT_FOUND")).toBe(true);
  expect(one.isKeylightError(error, "TIMEOUT")).toBe(false);
});

test("a user's subclass of one copy is an error of its parents in the other, and no more", () => {
  class Mine extends two.TimeoutError {}
  class Theirs extends one.TimeoutError {}
  const error = new Mine("m", "body");
  expect(error).toBeInstanceOf(one.TimeoutError);
  expect(error).toBeInstanceOf(one.TransportError);
  expect(error).not.toBeInstanceOf(one.UnexpectedRedirectError);
  expect(error).not.toBeInstanceOf(Theirs);
});
