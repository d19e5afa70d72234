import {
  AuthenticationError,
  ConfigurationError,
  GraphQLRequestError,
  KeylightError,
  NotFoundError,
  PermissionError,
  ResponseFormatError,
} from "../errors/index.ts";
import type { CallPlan } from "../core/connection.ts";
import type { GraphQLConnection } from "../core/graphql-connection.ts";
import { isRecord } from "../core/transport/json.ts";
import { AuthnStrategiesDocument, type UserSource } from "./generated/operations.ts";

/** Where a password is looked up. */
export interface Place {
  readonly source: UserSource;
  readonly id: string | undefined;
}

/** How the server is asked. */
export interface Asking {
  readonly graphql: GraphQLConnection;
  /** Milliseconds. */
  readonly timeout: number;
  readonly plan: CallPlan;
}

/**
 * Servers since 3.0 want LDAP users to come by the id of a strategy, which they tell without a credential.
 *
 * @throws {@link ConfigurationError} where the source needs an id that is neither given nor told.
 */
export async function placeOf(source: UserSource, id: string | undefined, asking: Asking): Promise<Place> {
  if (id !== undefined || (source !== "LDAP" && source !== "AUTHN")) return { source, id };
  const found = await strategies(asking);
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
async function strategies({ graphql, timeout, plan }: Asking): Promise<readonly Strategy[] | undefined> {
  try {
    const { value } = await graphql.send(AuthnStrategiesDocument, {}, { timeout }, plan);
    const list: unknown = value.data?.["authnStrategies"];
    return Array.isArray(list) ? list.filter(isStrategy) : undefined;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

const refusals = [AuthenticationError, GraphQLRequestError, NotFoundError, PermissionError, ResponseFormatError];

/** Whether the server understood that it was asked, and says no: of an outage nothing must be concluded. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof KeylightError) || !refusals.some((kind) => error instanceof kind)) return false;
  const { status = 0 } = error;
  return status < 500 && (status >= 400 || !(error instanceof ResponseFormatError));
}

function isStrategy(value: unknown): value is Strategy {
  return isRecord(value) && typeof value["id"] === "string" && typeof value["type"] === "string";
}
