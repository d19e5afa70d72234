import { PermissionError } from "../errors/index.ts";
import type { CallPlan } from "../core/connection.ts";
import type { RequestOptions } from "../core/options.ts";
import type { Document } from "../core/transport/document.ts";
import type { GraphQLAnswer } from "../core/graphql-connection.ts";

/** What the resources need of a client. */
export interface Gateway {
  /** Sends a document, and reads the answer. An error that `read` throws gets the facts of the call. */
  call<TData, TVariables extends object, T>(
    document: Document<TData, TVariables>,
    variables: TVariables,
    options: RequestOptions | undefined,
    read: (data: TData, answer: GraphQLAnswer) => T,
    plan?: CallPlan,
  ): Promise<T>;
  /** Whether the client acts as a service account. */
  readonly isServiceAccount: boolean;
  /** A gateway to the same endpoint with this key as its only credential. `done` ends it. */
  withApiKey(apiKey: string): { gateway: Gateway; done: () => void };
  /** The ids of the keys that were handed to the caller: none of them can be a lost one. */
  readonly handedOut: Set<string>;
  /** Names a secret to be kept out of messages from now on. */
  hide(secret: string): void;
}

/** @throws {@link PermissionError} `SERVICE_ACCOUNT_FORBIDDEN`, before anything is sent, when the client acts as a service account. */
export function needUser(gateway: Gateway, operationName: string): void {
  if (!gateway.isServiceAccount) return;
  throw new PermissionError(`${operationName}: a service account manages neither service accounts nor keys`, "SERVICE_ACCOUNT_FORBIDDEN", {
    operationName,
    hint: "Use a user key (userKey, or LC_USER_KEY_ID and LC_USER_KEY_SECRET) of a user with the Admin role on the account.",
  });
}
