import { ConfigurationError } from "../errors/index.ts";
import type { CredentialValue } from "../core/credentials/source.ts";
import { credentialText } from "../core/credentials/text.ts";
import type { Environment } from "../core/environment.ts";
import { own, type CommonOptions } from "../core/options.ts";
import { revealed, type Secret } from "../core/secret.ts";
import type { UserSource } from "./generated/operations.ts";

export type { UserSource };

/** Who logs in. */
export interface CloudTowerLogin {
  /** Variable: `CLOUDTOWER_USERNAME`. */
  username: string;
  /**
   * Sent as it is, whatever characters it holds. Variable: `CLOUDTOWER_PASSWORD`, where white space at its ends is cut
   * away, as in all variables.
   */
  password: string | Secret;
  /**
   * Where the password is kept. `LDAP` and `AUTHN` look up the id of the server's first LDAP strategy, which servers since
   * 3.0 want; to one that knows no strategies, `LDAP` is sent as it is. Variable: `CLOUDTOWER_SOURCE`.
   * @defaultValue "LOCAL", or "AUTHN" where `authConfigId` is given
   */
  source?: UserSource;
  /** The id of an authentication strategy, where the server has several. */
  authConfigId?: string;
}

/** Options of a CloudTower client. One of `apiKey`, `token` and `login` is its credential. */
export interface CloudTowerOptions extends CommonOptions {
  /**
   * The address of the CloudTower, in any form that people paste: `host`, `host:port`, `https://host`, with or without
   * `/api` or `/v2/api`. Without a scheme it is https. Variable: `CLOUDTOWER_ENDPOINT`.
   */
  endpoint?: string;
  /**
   * Whether credentials may go over plain `http` to another machine, where everybody on the way can read them.
   * @defaultValue false
   */
  allowHttp?: boolean;
  /**
   * Where GraphQL is answered, below the address. The documentation says `/api/`, other clients `/api`.
   * @defaultValue "/api/"
   */
  graphqlPath?: string;
  /** An API key. Variable: `CLOUDTOWER_API_KEY`. */
  apiKey?: CredentialValue;
  /** A login token; never renewed. Variable: `CLOUDTOWER_TOKEN`. */
  token?: CredentialValue;
  /** Logs in, and again when the server refuses the token. Variables: `CLOUDTOWER_USERNAME` and `CLOUDTOWER_PASSWORD`. */
  login?: CloudTowerLogin;
  /**
   * Whether a client that holds an API key may try to manage API keys. Documented is that a login token is needed.
   * @defaultValue false
   */
  manageKeysWithKey?: boolean;
}

/** A credential of CloudTower, checked as far as it can be before it is used. */
export type CloudTowerCredential =
  | { readonly kind: "apiKey" | "token"; readonly value: CredentialValue; readonly name: string }
  | { readonly kind: "login"; readonly value: CheckedLogin; readonly name: string };

export interface CheckedLogin {
  readonly username: string;
  readonly password: string;
  readonly source: UserSource;
  readonly authConfigId: string | undefined;
}

export const cloudTowerVariables = [
  "CLOUDTOWER_ENDPOINT",
  "CLOUDTOWER_API_KEY",
  "CLOUDTOWER_TOKEN",
  "CLOUDTOWER_USERNAME",
  "CLOUDTOWER_PASSWORD",
  "CLOUDTOWER_SOURCE",
] as const;

const sources: readonly string[] = ["LOCAL", "LDAP", "AUTHN", "SSO"] satisfies UserSource[];

/**
 * Options before the environment: where one gives a credential, none is read from the environment.
 *
 * @throws {@link ConfigurationError}
 */
export function readCredential(options: CloudTowerOptions, env: Environment): CloudTowerCredential | undefined {
  const given = (["apiKey", "token", "login"] as const).filter((name) => own(options, name) !== undefined);
  const [first, second] = given;
  if (first === undefined) return fromEnvironment(env);
  if (second !== undefined) {
    throw new ConfigurationError(`${first} and ${second} exclude each other`, { hint: "Give the one that this client is to act as." });
  }
  if (first === "login") return { kind: "login", value: checkLogin(own(options, "login")), name: "login" };
  const value = own(options, first);
  return { kind: first, value: typeof value === "function" ? value : credentialText(value ?? "", first), name: first };
}

function fromEnvironment(env: Environment): CloudTowerCredential | undefined {
  for (const [kind, name] of [["apiKey", "CLOUDTOWER_API_KEY"], ["token", "CLOUDTOWER_TOKEN"]] as const) {
    const value = env(name);
    if (value !== undefined) return { kind, value: credentialText(value, name), name };
  }
  const username = env("CLOUDTOWER_USERNAME");
  const password = env("CLOUDTOWER_PASSWORD");
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    const [empty, set] = username === undefined ? ["CLOUDTOWER_USERNAME", "CLOUDTOWER_PASSWORD"] : ["CLOUDTOWER_PASSWORD", "CLOUDTOWER_USERNAME"];
    throw new ConfigurationError(`${empty} is empty, while ${set} is set`, { hint: `Set ${empty} too, or neither of them.` });
  }
  const source = sourceOf(env("CLOUDTOWER_SOURCE"), "CLOUDTOWER_SOURCE", undefined);
  return { kind: "login", value: { username, password, source, authConfigId: undefined }, name: "CLOUDTOWER_USERNAME + CLOUDTOWER_PASSWORD" };
}

function checkLogin(login: unknown): CheckedLogin {
  if (typeof login !== "object" || login === null) throw new ConfigurationError("login must be an object with a username and a password");
  const read = (name: keyof CloudTowerLogin): unknown => (Object.hasOwn(login, name) ? Reflect.get(login, name) : undefined);
  const authConfigId = read("authConfigId");
  if (authConfigId !== undefined && (typeof authConfigId !== "string" || authConfigId === "")) throw new ConfigurationError("login.authConfigId must be text");
  return {
    username: someText(read("username"), "login.username"),
    // A password goes out in a body, so that it may hold any character.
    password: someText(revealed(read("password")) ?? read("password"), "login.password"),
    source: sourceOf(read("source"), "login.source", authConfigId),
    authConfigId,
  };
}

function someText(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new ConfigurationError(`${name} must be text that is not empty`);
}

function sourceOf(value: unknown, name: string, authConfigId: string | undefined): UserSource {
  if (value === undefined) return authConfigId === undefined ? "LOCAL" : "AUTHN";
  if (!isSource(value)) throw new ConfigurationError(`${name} must be one of ${sources.join(", ")}`);
  if (authConfigId === undefined) return value;
  if (value === "LOCAL") throw new ConfigurationError("login.authConfigId and the source LOCAL exclude each other", { hint: "Local users belong to no authentication strategy." });
  // A server that knows strategies takes their ids with AUTHN alone.
  return value === "LDAP" ? "AUTHN" : value;
}

function isSource(value: unknown): value is UserSource {
  return typeof value === "string" && sources.includes(value);
}
