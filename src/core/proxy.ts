import { ConfigurationError } from "../errors/index.ts";
import type { Environment } from "./environment.ts";
import type { LiveSecrets } from "./live-secrets.ts";
import { readNoProxy } from "./no-proxy.ts";

/** A proxy that requests go through. */
export interface ProxyServer {
  /** `http` or `https`, without user name and password. */
  readonly url: URL;
  /** What goes into `proxy-authorization`: to the proxy, and never further. */
  readonly authorization: string | undefined;
  readonly secrets: readonly string[];
}

/** Which requests go through which proxy. */
export interface ProxyRules {
  /** Whether it was the option, not a variable, that said so. */
  readonly explicit: boolean;
  /**
   * The proxy for a target, if any.
   *
   * @throws {@link ConfigurationError} naming the variable, when the one for this target holds no proxy.
   */
  for(target: URL): ProxyServer | undefined;
}

/** The variables that say which proxy to use; each is looked for in lower case first, as curl does. */
export const proxyVariables = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY", "REQUEST_METHOD"] as const;

/**
 * The option `proxy`, else the variables of the environment. The option is for every target. Those of the environment
 * are not for what `NO_PROXY` excepts, nor for this machine.
 *
 * @throws {@link ConfigurationError} for an option that is no proxy; its value is not quoted.
 */
export function readProxy(option: unknown, env: Environment): ProxyRules | undefined {
  if (option === false) return undefined;
  if (option === undefined) return fromEnvironment(env);
  const server = readServer(option, "proxy");
  // Plain http to this machine is allowed since nobody sees it; a proxy would.
  return { explicit: true, for: (target) => (target.protocol === "http:" && isThisMachine(target.hostname) ? undefined : server) };
}

/** Says now what is wrong with the proxy for this target, and keeps its password out of every message. */
export function admitProxy(rules: ProxyRules | undefined, target: URL, secrets: LiveSecrets): void {
  for (const secret of rules?.for(target)?.secrets ?? []) secrets.add(secret);
}

function fromEnvironment(env: Environment): ProxyRules | undefined {
  // A CGI server puts a request's own header `Proxy` into HTTP_PROXY.
  const names = { "https:": ["https_proxy", "HTTPS_PROXY"], "http:": ["http_proxy", ...(env("REQUEST_METHOD") === undefined ? ["HTTP_PROXY"] : [])] };
  const first = (candidates: readonly string[]): string | undefined => candidates.find((name) => env(name) !== undefined);
  const byScheme = new Map(Object.entries(names).map(([scheme, candidates]) => [scheme, first(candidates)]));
  if ([...byScheme.values()].every((name) => name === undefined)) return undefined;
  const isExcepted = readNoProxy(env("no_proxy") ?? env("NO_PROXY") ?? "");
  return {
    explicit: false,
    for: (target) => {
      const name = byScheme.get(target.protocol);
      if (name === undefined || isThisMachine(target.hostname) || isExcepted(target)) return undefined;
      return readServer(env(name), name);
    },
  };
}

function isThisMachine(hostname: string): boolean {
  return hostname === "[::1]" || /^(.+\.)?localhost\.?$/.test(hostname) || /^127(\.\d+){3}$/.test(hostname);
}

/** @param name - the option or variable, for the error: what it holds may be a password. */
function readServer(value: unknown, name: string): ProxyServer {
  const refuse = (message: string): ConfigurationError => new ConfigurationError(`${name} ${message}`, { hint: "Write it as http://host:port, or turn proxies off with proxy: false." });
  if (typeof value !== "string") throw refuse("must be the URL of a proxy, or false");
  const text = value.trim();
  // As curl takes it: a proxy without a scheme is an http one.
  const whole = text.includes("://") ? text : `http://${text}`;
  if (!URL.canParse(whole)) throw refuse("is not the URL of a proxy");
  const url = new URL(whole);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw refuse("must be an http or https proxy; others, such as socks, are not supported");
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") throw refuse("must hold no path: a proxy is a host and a port");
  const { username, password } = url;
  url.username = "";
  url.password = "";
  if (username === "" && password === "") return { url, authorization: undefined, secrets: [] };
  const user = decoded(username);
  const pass = decoded(password);
  if (user === undefined || pass === undefined) throw refuse("holds a user name or password that is not percent-encoded");
  const basic = base64(`${user}:${pass}`);
  return { url, authorization: `Basic ${basic}`, secrets: [pass === "" ? user : pass, basic] };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
