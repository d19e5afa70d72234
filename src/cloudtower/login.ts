import {
  AuthenticationError,
  ConfigurationError,
  GraphQLRequestError,
  KeylightError,
  PermissionError,
  ResponseFormatError,
  RestRequestError,
  ValidationError,
} from "../errors/index.ts";
import type { CallPlan } from "../core/connection.ts";
import { isCredentialText } from "../core/credentials/text.ts";
import type { GraphQLConnection } from "../core/graphql-connection.ts";
import type { RestConnection } from "../core/rest-connection.ts";
import type { LoginAttempt, NewSession } from "../core/session/login.ts";
import { isRecord } from "../core/transport/json.ts";
import { AuthnStrategiesDocument, type UserSource } from "./generated/operations.ts";
import type { CheckedLogin } from "./options.ts";

/** Largest answer to a login, in bytes: 1 MiB. */
const maxLoginBytes = 1_048_576;

/** Makes the login of one user. What it learns of the server is kept in it: where an LDAP password belongs, and a second factor. */
export function loginWith(
  { username, password, source, authConfigId }: CheckedLogin,
  rest: RestConnection,
  graphql: GraphQLConnection,
): (attempt: LoginAttempt) => Promise<NewSession> {
  let place: Place | undefined;
  let incomplete = false;
  return async ({ timeout, background }) => {
    // Each further try would send the person another code, and bring no token either.
    if (incomplete) throw secondFactor();
    const plan: CallPlan = { credential: "none", forLogin: true, background, maxResponseBytes: maxLoginBytes, retryAttempts: 0 };
    place ??= await placeOf(source, authConfigId, () => strategies(graphql, timeout, plan));
    const body = { username, password, source: place.source, ...(place.id === undefined ? {} : { auth_config_id: place.id }) };
    const token = await rest
      .ask({ method: "POST", path: "login", body, operationName: "login" }, { timeout }, ({ value }) => tokenIn(value), plan)
      .catch((error: unknown) => Promise.reject(refused(error)));
    if (isCredentialText(token)) return { token };
    incomplete = true;
    throw secondFactor();
  };
}

/** Where a password is looked up. */
interface Place {
  readonly source: UserSource;
  readonly id: string | undefined;
}

async function placeOf(source: UserSource, id: string | undefined, list: () => Promise<readonly Strategy[] | undefined>): Promise<Place> {
  if (id !== undefined || (source !== "LDAP" && source !== "AUTHN")) return { source, id };
  const found = await list();
  const ldap = found?.find(({ type }) => type === "LDAP");
  if (ldap !== undefined) return { source: "AUTHN", id: ldap.id };
  // A server from before 3.0 knows no strategies, and takes the source itself.
  if (source === "LDAP") return { source, id: undefined };
  throw new ConfigurationError("login.source is AUTHN, and the server names no LDAP strategy", { hint: "Give login.authConfigId." });
}

interface Strategy {
  readonly id: string;
  readonly type: string;
}

/** The server's ways to check a password; undefined where it does not know the question. */
async function strategies(graphql: GraphQLConnection, timeout: number, plan: CallPlan): Promise<readonly Strategy[] | undefined> {
  try {
    const { value } = await graphql.send(AuthnStrategiesDocument, {}, { timeout }, plan);
    const list: unknown = value.data?.["authnStrategies"];
    return Array.isArray(list) ? list.filter(isStrategy) : undefined;
  } catch (error) {
    if (error instanceof GraphQLRequestError && !error.retryable) return undefined;
    throw error;
  }
}

function isStrategy(value: unknown): value is Strategy {
  return isRecord(value) && typeof value["id"] === "string" && typeof value["type"] === "string";
}

/** The token; empty where the login needs more than a password. */
function tokenIn(answer: unknown): string {
  const data: unknown = isRecord(answer) ? answer["data"] : undefined;
  if (!isRecord(data)) throw new ResponseFormatError("the answer to the login holds no data", undefined, 0);
  const { token } = data;
  return typeof token === "string" ? token : "";
}

/**
 * Which answer a wrong password gets is not documented, so that whatever the server says against a login, in its own
 * format, counts as a refusal: another try with the same password could lock the account.
 */
function refused(error: unknown): unknown {
  if (!(error instanceof KeylightError) || ![AuthenticationError, PermissionError, ValidationError, RestRequestError].some((kind) => error instanceof kind)) return error;
  // Proxies answer these, and a server that is not up yet.
  if (error.status === 502 || error.status === 503 || error.status === 504) return error;
  const { message, status, requestId, serviceCode } = error;
  return new AuthenticationError(message, "INVALID_CREDENTIALS", { status, requestId, serviceCode });
}

function secondFactor(): AuthenticationError {
  return new AuthenticationError("the login brought no token: a second factor may be required", "INTERACTION_REQUIRED", {
    hint: "Use an API key (apiKey, or CLOUDTOWER_API_KEY): a password alone cannot log in where a second factor is on.",
  });
}
