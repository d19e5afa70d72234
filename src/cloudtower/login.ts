import {
  AuthenticationError,
  KeylightError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ResponseFormatError,
  RestRequestError,
  ValidationError,
  type ErrorDetails,
} from "../errors/index.ts";
import type { CallPlan } from "../core/connection.ts";
import { isCredentialText } from "../core/credentials/text.ts";
import type { GraphQLConnection } from "../core/graphql-connection.ts";
import type { RestAnswer, RestConnection } from "../core/rest-connection.ts";
import type { LoginAttempt, NewSession } from "../core/session/login.ts";
import { isRecord } from "../core/transport/json.ts";
import { placeOf, type Place } from "./login-place.ts";
import type { CheckedLogin } from "./options.ts";

/** Largest answer to a login, in bytes: 1 MiB. */
const maxLoginBytes = 1_048_576;

/** The connections that a login goes over; asked for at the first login, since they in turn need its session. */
export type Ways = () => { readonly rest: RestConnection; readonly graphql: GraphQLConnection };

/** Makes the login of one user. What it learns of the server is kept in it: where an LDAP password belongs, and a second factor. */
export function loginWith({ username, password, source, authConfigId }: CheckedLogin, ways: Ways): (attempt: LoginAttempt) => Promise<NewSession> {
  let place: Place | undefined;
  let incomplete: AuthenticationError | undefined;
  return async ({ timeout, background }) => {
    // Each further try would send the person another code, and bring no token either.
    if (incomplete !== undefined) throw incomplete;
    const began = performance.now();
    const { rest, graphql } = ways();
    const plan: CallPlan = { credential: "none", forLogin: true, background, maxResponseBytes: maxLoginBytes, retryAttempts: 0 };
    place ??= await placeOf(source, authConfigId, { graphql, timeout, plan });
    const left = Math.max(1, Math.round(timeout - (performance.now() - began)));
    const body = { username, password, source: place.source, ...(place.id === undefined ? {} : { auth_config_id: place.id }) };
    try {
      const token = await rest.ask({ method: "POST", path: "login", body, operationName: "login" }, { timeout: left }, tokenIn, plan);
      return { token };
    } catch (error) {
      const told = refusalOf(error);
      if (told instanceof AuthenticationError && told.code === "INTERACTION_REQUIRED") incomplete = told;
      throw told;
    }
  };
}

function tokenIn({ value, response }: RestAnswer): string {
  if (!isRecord(value)) throw new ResponseFormatError("the answer to the login is no object", "application/json", response.byteLength);
  const { data } = value;
  const token: unknown = isRecord(data) ? data["token"] : undefined;
  if (isCredentialText(token)) return token;
  if (typeof token === "string" && token !== "") throw new ResponseFormatError("the login brought a token that no header can carry", "application/json", response.byteLength);
  throw secondFactor("the login brought no token: a second factor may be required");
}

/** What the server may say against a login; all other errors are trouble on the way. */
const answers = [AuthenticationError, PermissionError, NotFoundError, ValidationError, RateLimitError, RestRequestError];
/** Proxies answer these, and a server that is not up yet or busy. */
const outages: readonly unknown[] = [407, 429, 502, 503, 504];
const wrongPassword = /\b(?:USER_NOT_FOUND|USER_PASSWORD_INCORRECT)\b/;
const refusalCode = /\b(?:LOGIN_FAILED|USER_NOT_FOUND|USER_PASSWORD_INCORRECT)\b/;
const factorText = /(?<![a-z])(?:2fa|mfa|totp|otp)(?![a-z])|(?:two|second|multi)[\s_-]?factor/i;

/**
 * Which answer a wrong password gets is not documented, so that whatever the server says against a login, in its own
 * format, counts as a refusal: another try with the same password could lock the account.
 */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof KeylightError) || error.code === "INTERACTION_REQUIRED" || !answers.some((kind) => error instanceof kind)) return error;
  const { message, status, requestId, serviceCode } = error;
  const details = { status, requestId, serviceCode };
  const said = `${serviceCode ?? ""} ${message}`;
  if (factorText.test(said) && !wrongPassword.test(said)) return secondFactor(message, details);
  if (outages.includes(status) && !refusalCode.test(said)) return error;
  return new AuthenticationError(message, "INVALID_CREDENTIALS", {
    ...details,
    hint: "Check user name, password and source. It is not tried again, since servers lock accounts; where a second factor is on, use an API key.",
  });
}

function secondFactor(message: string, details: ErrorDetails = {}): AuthenticationError {
  return new AuthenticationError(message, "INTERACTION_REQUIRED", {
    ...details,
    hint: "Use an API key (apiKey, or CLOUDTOWER_API_KEY): a password alone cannot log in where a second factor is on.",
  });
}
