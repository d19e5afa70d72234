import { ConfigurationError } from "../errors/index.ts";
import { defaultClient, following } from "../core/default-client.ts";
import type { RequestOptions } from "../core/options.ts";
import type { Document } from "../core/transport/document.ts";
import type { Accounts } from "./accounts.ts";
import { Client } from "./client.ts";
import type { ServiceAccounts } from "./service-accounts.ts";
import type { User } from "./types.ts";
import type { UserKeys } from "./user-keys.ts";

// Marked as pure here and below: a bundler may leave out the default client of a program that makes its own.
const current = /* @__PURE__ */ defaultClient<Client>("lumar", () => new Client(), isClient);

/** A client of any copy of the package. */
function isClient(value: unknown): value is Client {
  return typeof value === "object" && value !== null && "serviceAccounts" in value && "rawRequest" in value;
}

/** Nothing in its place may stand for "the default": that could be somebody else's client. */
function checkClient(client: unknown, name: string): void {
  if (!isClient(client)) throw new ConfigurationError(`${name} needs a Client`);
}

/** Makes a client the default of the whole process; undefined resets it. */
export function setDefaultClient(client: Client | undefined): void {
  if (client !== undefined) checkClient(client, "setDefaultClient");
  current.set(client);
}

/**
 * The client of the innermost `withClient`, else the one that was set, else one that is built from the environment and kept.
 *
 * @throws {@link ConfigurationError} when the environment is wrong.
 */
export function getDefaultClient(): Client {
  return current.get();
}

/** Runs `fn` with this client as the default inside it, across its awaits; other code keeps its own. Returns what `fn` returns. */
export function withClient<T>(client: Client, fn: () => T): T {
  checkClient(client, "withClient");
  return current.within(client, fn);
}

/** `accounts` of whatever the default client is at the call. */
export const accounts: Accounts = /* @__PURE__ */ following(() => getDefaultClient().accounts);

/** `serviceAccounts` of whatever the default client is at the call. */
export const serviceAccounts: ServiceAccounts = /* @__PURE__ */ following(() => getDefaultClient().serviceAccounts);

/** `userKeys` of whatever the default client is at the call. */
export const userKeys: UserKeys = /* @__PURE__ */ following(() => getDefaultClient().userKeys);

/** `me` of the default client. */
export async function me(options?: RequestOptions): Promise<User> {
  return getDefaultClient().me(options);
}

/** `request` of the default client. */
export async function request<TData = unknown, TVariables extends object = object>(
  document: Document<TData, TVariables>,
  variables?: NoInfer<TVariables>,
  options?: RequestOptions,
): Promise<TData> {
  return getDefaultClient().request(document, variables, options);
}
