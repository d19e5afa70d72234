import { ConfigurationError } from "../errors/index.ts";
import type { CredentialOrigin, CredentialValue } from "../core/credentials/source.ts";
import { credentialText } from "../core/credentials/text.ts";
import type { Environment } from "../core/environment.ts";
import { own } from "../core/options.ts";
import type { LiveSecrets } from "../core/live-secrets.ts";
import { revealed, type Secret } from "../core/secret.ts";
import { keyPrefix } from "./dialect.ts";
import type { ID } from "./types.ts";

/** A user key: logs in for a session, and again when the session ends. */
export interface UserKey {
  id: ID;
  secret: string | Secret;
}

/** The options of a client that say who it is. */
export interface CredentialOptions {
  /** A service account key, sent as `x-api-key`. Begins with `lmr_sa_`. Variable: `LC_API_KEY`. */
  apiKey?: CredentialValue;
  /** A session token, sent as `x-auth-token`. Variable: `LC_SESSION_TOKEN`. With `userKey` it is where the client begins. */
  sessionToken?: CredentialValue;
  /** A user key: logs in, and renews. Variables: `LC_USER_KEY_ID` and `LC_USER_KEY_SECRET`, else `LUMAR_USER_KEY_ID` and `LUMAR_SECRET`. */
  userKey?: UserKey;
}

interface Named<T> {
  readonly value: T;
  /** The option or the variables that it came from. */
  readonly name: string;
}

/** Who a client is, as one of three. */
export type LumarCredential =
  | { readonly kind: "apiKey"; readonly key: Named<CredentialValue> }
  | { readonly kind: "sessionToken"; readonly token: Named<CredentialValue> }
  | { readonly kind: "userKey"; readonly userKey: Named<{ id: ID; secret: string }>; readonly token: Named<CredentialValue> | undefined };

export const lumarVariables = [
  "LC_API_URL",
  "LC_API_KEY",
  "LC_SESSION_TOKEN",
  "LC_USER_KEY_ID",
  "LC_USER_KEY_SECRET",
  "LUMAR_USER_KEY_ID",
  "LUMAR_SECRET",
  "LC_LOG",
] as const;

/**
 * The credential of a client: from options if any of them gives one, else from the environment.
 *
 * @throws {@link ConfigurationError} for credentials that exclude each other, and for malformed ones.
 */
export function readCredential(options: CredentialOptions, env: Environment): LumarCredential | undefined {
  const apiKey = own(options, "apiKey");
  const sessionToken = own(options, "sessionToken");
  const userKey = own(options, "userKey");
  if (apiKey === undefined && sessionToken === undefined && userKey === undefined) return fromEnvironment(env);
  const other = sessionToken !== undefined ? "sessionToken" : "userKey";
  if (apiKey !== undefined && (sessionToken !== undefined || userKey !== undefined)) {
    throw new ConfigurationError(`apiKey and ${other} exclude each other`, { hint: "Give the one that this client is to act as." });
  }
  if (apiKey !== undefined) return { kind: "apiKey", key: { value: given(apiKey, "apiKey"), name: "apiKey" } };
  const token = sessionToken === undefined ? undefined : { value: given(sessionToken, "sessionToken"), name: "sessionToken" };
  if (userKey !== undefined) return { kind: "userKey", userKey: { value: checkUserKey(userKey), name: "userKey" }, token };
  return token === undefined ? undefined : { kind: "sessionToken", token };
}

function fromEnvironment(env: Environment): LumarCredential | undefined {
  const apiKey = env("LC_API_KEY");
  if (apiKey !== undefined) return { kind: "apiKey", key: { value: apiKey, name: "LC_API_KEY" } };
  const text = env("LC_SESSION_TOKEN");
  const token = text === undefined ? undefined : { value: text, name: "LC_SESSION_TOKEN" };
  const userKey = keyPair(env, "LC_USER_KEY_ID", "LC_USER_KEY_SECRET") ?? keyPair(env, "LUMAR_USER_KEY_ID", "LUMAR_SECRET");
  if (userKey !== undefined) return { kind: "userKey", userKey, token };
  return token === undefined ? undefined : { kind: "sessionToken", token };
}

function keyPair(env: Environment, idName: string, secretName: string): Named<{ id: ID; secret: string }> | undefined {
  const id = env(idName);
  const secret = env(secretName);
  if (id === undefined && secret === undefined) return undefined;
  if (id === undefined || secret === undefined) {
    const [empty, set] = id === undefined ? [idName, secretName] : [secretName, idName];
    throw new ConfigurationError(`${empty} is empty, while ${set} is set`, { hint: `Set ${empty} too, or neither of them.` });
  }
  return { value: { id: keyId(id, idName), secret: credentialText(secret, secretName) }, name: `${idName} + ${secretName}` };
}

function checkUserKey(userKey: unknown): { id: ID; secret: string } {
  if (typeof userKey !== "object" || userKey === null || !hasOwn(userKey, "id") || !hasOwn(userKey, "secret")) {
    throw new ConfigurationError("userKey must be an object with an id and a secret");
  }
  const { id, secret }: { id: unknown; secret: unknown } = userKey;
  if (typeof secret !== "string" && typeof secret !== "object") throw new ConfigurationError("userKey.secret must be a string or a Secret");
  return { id: keyId(id, "userKey.id"), secret: credentialText(secret as string | Secret, "userKey.secret") };
}

function hasOwn<K extends string>(object: object, name: K): object is Record<K, unknown> {
  return Object.hasOwn(object, name);
}

/** Digits become the number that the documented login takes; a global id stays. */
function keyId(id: unknown, name: string): ID {
  const text = typeof id === "number" ? String(id) : typeof id === "string" ? credentialText(id, name) : "";
  const number = /^\d+$/.test(text) ? Number(text) : undefined;
  if (text === "" || (number !== undefined && !(Number.isSafeInteger(number) && number > 0)) || (number === undefined && typeof id === "number")) {
    throw new ConfigurationError(`${name} must be a global id or a positive number`);
  }
  return number ?? text;
}

function given(value: unknown, name: string): CredentialValue {
  if (typeof value === "function") return value as CredentialValue;
  return credentialText(value as string | Secret, name);
}

/** Names the secrets of a credential, as far as they are known before it is used. */
export function rememberSecrets(credential: LumarCredential, secrets: LiveSecrets): void {
  const values = credential.kind === "apiKey" ? [credential.key.value] : [credential.token?.value];
  if (credential.kind === "userKey") values.push(credential.userKey.value.secret);
  for (const value of values) {
    const text = revealed(value) ?? value;
    if (typeof text === "string") secrets.add(text);
  }
}

/** @throws {@link ConfigurationError} for what is no service account key, so that no other service's key is sent to Lumar. */
export function checkApiKey(text: string, name: string): void {
  if (text.startsWith(keyPrefix)) return;
  throw new ConfigurationError(`${name} is not a Lumar service account key: those begin with ${keyPrefix}`, {
    hint: "A session token belongs in sessionToken (LC_SESSION_TOKEN); LC_API_KEY may hold the key of another service.",
  });
}

/** How the credential shows to people. */
export function originOf(credential: LumarCredential): CredentialOrigin {
  const named = credential.kind === "apiKey" ? [credential.key] : credential.kind === "sessionToken" ? [credential.token] : [credential.token, credential.userKey];
  const sources = named.flatMap((one) => (one === undefined ? [] : [/^[A-Z]/.test(one.name) ? one.name : `option ${one.name}`]));
  const header = credential.kind === "apiKey" ? "x-api-key" : "x-auth-token";
  return {
    kind: credential.kind,
    source: sources.join(", then "),
    header,
    variable: credential.kind === "apiKey" ? "LC_API_KEY" : "LC_SESSION_TOKEN",
  };
}
