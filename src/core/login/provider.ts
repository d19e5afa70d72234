import { readEndpoint } from "../endpoint.ts";
import type { LiveSecrets } from "../live-secrets.ts";

/** Where an authorization server answers. */
export interface OAuthEndpoints {
  readonly authorization?: URL;
  readonly token: URL;
  readonly deviceAuthorization?: URL;
}

/** An authorization server, and this program as its client: a public one, that has no secret. */
export interface OAuthProvider {
  /** The server's identifier. */
  readonly issuer: URL;
  /** Where it answers; without it, that is discovered below the issuer: by OpenID Connect Discovery, or by RFC 8414. */
  readonly endpoints: OAuthEndpoints | { readonly discover: "oidc" | "oauth2" };
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The API that tokens are to be for, where the server wants it named. */
  readonly audience?: string | undefined;
  /** Sent with the authorization request too, such as `prompt`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

const loopback = new Set(["127.0.0.1", "[::1]", "localhost"]);
/** What stands in a URL without a meaning to any shell. */
const plain = /[^\w\-.~:/?#[\]@=&%+]/g;

/** An endpoint that the server itself named; undefined where it named none. It may be on another host, but not off the encrypted way. */
export function namedEndpoint(text: unknown, name: string, secrets: LiveSecrets): URL | undefined {
  return text === undefined ? undefined : readEndpoint(text, `the authorization server's ${name}`, secrets);
}

/**
 * The address as a browser may get it: `https`, or `http` on this machine; all else, such as `file:` and `javascript:`,
 * would do something instead of showing a page. What means something to a shell is percent-encoded, since nobody knows
 * what a browser is started with.
 *
 * @returns undefined for what no browser may get.
 */
export function browserAddress(address: string | URL): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && loopback.has(url.hostname));
  if (!isSafe || url.username !== "" || url.password !== "") return undefined;
  return url.href.replace(plain, (character) => encodeURIComponent(character).replace(/[!'()*]/g, (rest) => `%${rest.charCodeAt(0).toString(16).toUpperCase()}`));
}
