import { ConfigurationError } from "../errors/index.ts";
import { readCa } from "./ca.ts";
import type { Environment } from "./environment.ts";
import { createLog, type Log, type Logger, type LogLevel } from "./log.ts";
import { readProxy, type ProxyRules } from "./proxy.ts";
import { checkStore, type SessionStore } from "./session/store.ts";

/** Options that every client of keylight takes. */
export interface CommonOptions {
  /**
   * Milliseconds for a whole call: connecting, waiting, renewing and reading.
   * @defaultValue 30000
   */
  timeout?: number;
  /**
   * `attempts`: further attempts after the first, 0 to 10; 0 means none. `maxDelay`: longest wait between attempts, in
   * milliseconds. Only what cannot have run is sent again, unless it is a query or the call says `idempotent`.
   * @defaultValue `{ attempts: 2, maxDelay: 8000 }`
   */
  retry?: { attempts?: number; maxDelay?: number };
  /** Sent with each request. Credential headers, `cookie`, `host` and those for a proxy are refused. */
  headers?: Record<string, string>;
  /**
   * Largest answer that is read, in bytes after decompression.
   * @defaultValue 67108864 (64 MiB)
   */
  maxResponseBytes?: number;
  /**
   * Where the sessions of a credential that logs in are kept between clients and processes.
   * @defaultValue `memorySessionStore()`
   */
  sessionStore?: SessionStore;
  /** Sends the requests instead of the built-in transport. Excludes `ca` and a `proxy`; proxies of the environment are its own affair. */
  fetch?: typeof globalThis.fetch;
  /**
   * The proxy that all requests go through, as `http://host:port`, also `https`, perhaps with `user:password@`; `false`
   * for none. An `https` endpoint is reached through a tunnel, so that the proxy sees its name and no more; a plain `http`
   * one is shown to the proxy whole. Variables:
   * `https_proxy` or `HTTPS_PROXY`, for a plain `http` endpoint `http_proxy` or `HTTP_PROXY`, unless `no_proxy` or `NO_PROXY`
   * excepts the endpoint; they are never used for this machine itself (`localhost`, `127.0.0.1`, `[::1]`).
   * @defaultValue what the variables say
   */
  proxy?: string | false;
  /**
   * Certificates of authorities to trust besides those that the runtime trusts: PEM, one or several. For appliances with
   * their own certificates. Checking cannot be turned off.
   */
  ca?: string | Uint8Array;
  /**
   * Where variables are read from: once, when the client is made.
   * @defaultValue `process.env`
   */
  env?: Record<string, string | undefined>;
  /**
   * Takes what the client has to say.
   * @defaultValue `console`
   */
  logger?: Logger;
  /**
   * How much the client says. Variable: `LC_LOG`.
   * @defaultValue "off"
   */
  logLevel?: LogLevel;
}

/** Options of one call. */
export interface RequestOptions {
  /** Ends the call at once, with the signal's own reason. */
  signal?: AbortSignal;
  /** Milliseconds for the whole call, instead of the client's. */
  timeout?: number;
  /** Added to the client's headers; the same are refused. */
  headers?: Record<string, string>;
  /** Says that a second run of this write does no harm, so that it may be retried like a query. */
  idempotent?: boolean;
  /** For `request` and `rawRequest`: resolves with partial data where the server sent errors beside it, instead of throwing. */
  allowPartial?: boolean;
}

/** How requests get to where they go. */
export interface Way {
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly proxy?: ProxyRules | undefined;
  /** Checked, PEM. */
  readonly ca?: string | undefined;
}

/** Common options, checked, with their defaults. */
export interface Settings extends Way {
  readonly timeout: number;
  readonly retryAttempts: number;
  readonly retryMaxDelay: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxResponseBytes: number;
  readonly sessionStore: SessionStore | undefined;
  readonly log: Log;
}

/** One call's options, checked. */
export interface CallSettings {
  readonly signal: AbortSignal | undefined;
  readonly timeout: number;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly idempotent: boolean;
  readonly allowPartial: boolean;
}

/** A timer that is longer overflows and fires at once. */
const longestTimer = 2_147_483_647;

/** Reads an option of its own, never one of a prototype. */
export function own<T extends object, K extends keyof T>(options: T, name: K): T[K] | undefined {
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

/** @throws {@link ConfigurationError} naming the option that is wrong. */
export function readSettings(options: CommonOptions, env: Environment): Settings {
  const retry = own(options, "retry") ?? {};
  if (typeof retry !== "object") throw new ConfigurationError("retry must be an object with attempts and maxDelay");
  const logLevel = own(options, "logLevel");
  return {
    timeout: wholeNumber(own(options, "timeout"), "timeout", 1, longestTimer) ?? 30_000,
    retryAttempts: wholeNumber(own(retry, "attempts"), "retry.attempts", 0, 10) ?? 2,
    retryMaxDelay: wholeNumber(own(retry, "maxDelay"), "retry.maxDelay", 0, longestTimer) ?? 8_000,
    maxResponseBytes: wholeNumber(own(options, "maxResponseBytes"), "maxResponseBytes", 1, Number.MAX_SAFE_INTEGER) ?? 67_108_864,
    headers: readHeaders(own(options, "headers")) ?? {},
    ...readWay(options, env),
    sessionStore: checkStore(own(options, "sessionStore")),
    log: createLog(own(options, "logger"), logLevel ?? env("LC_LOG"), logLevel === undefined ? "LC_LOG" : "logLevel"),
  };
}

function readWay(options: CommonOptions, env: Environment): Way {
  const fetch = own(options, "fetch");
  const proxy = own(options, "proxy");
  const ca = readCa(own(options, "ca"));
  if (fetch === undefined) return { fetch, proxy: readProxy(proxy, env), ca };
  if (typeof fetch !== "function") throw new ConfigurationError("fetch must be a function");
  const other = ca !== undefined ? "ca" : proxy !== undefined && proxy !== false ? "proxy" : undefined;
  if (other !== undefined) {
    throw new ConfigurationError(`fetch and ${other} exclude each other`, { hint: `${other} is for the built-in transport: a fetch of your own makes its own connections.` });
  }
  return { fetch, proxy: undefined, ca };
}

/** @throws {@link ConfigurationError} naming the option that is wrong. */
export function readCallSettings(options: RequestOptions | undefined, settings: Settings): CallSettings {
  if (options === undefined) {
    return { signal: undefined, timeout: settings.timeout, headers: undefined, idempotent: false, allowPartial: false };
  }
  if (typeof options !== "object" || options === null) throw new ConfigurationError("the options of a call must be an object");
  const signal = own(options, "signal");
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new ConfigurationError("signal must be an AbortSignal");
  return {
    signal,
    timeout: wholeNumber(own(options, "timeout"), "timeout", 1, longestTimer) ?? settings.timeout,
    headers: readHeaders(own(options, "headers")),
    idempotent: own(options, "idempotent") === true,
    allowPartial: own(options, "allowPartial") === true,
  };
}

/** @throws {@link ConfigurationError} for a number that is not a whole one in these bounds. */
export function wholeNumber(value: unknown, name: string, lowest: number, highest: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < lowest || value > highest) {
    throw new ConfigurationError(`${name} must be a whole number from ${lowest} to ${highest}`);
  }
  return value;
}

const reserved = new Set(["authorization", "x-api-key", "x-auth-token", "cookie", "host", "content-length", "transfer-encoding", "connection", "proxy-authorization", "proxy-connection"]);
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

function readHeaders(headers: unknown): Record<string, string> | undefined {
  if (headers === undefined) return undefined;
  if (typeof headers !== "object" || headers === null || headers instanceof Headers || Array.isArray(headers)) {
    throw new ConfigurationError("headers must be a plain object of names and values");
  }
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (!token.test(name)) throw new ConfigurationError("headers holds a name that no header can have");
    if (reserved.has(lower)) {
      throw new ConfigurationError(`headers may not set ${lower}`, { hint: "Give credentials by their own options; keylight sets this header itself." });
    }
    if (typeof value !== "string" || !fieldValue.test(value)) throw new ConfigurationError(`headers.${lower} must be a string without line breaks`);
    checked[lower] = value;
  }
  return checked;
}
