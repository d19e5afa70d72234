import { given } from "../shared/settings.ts";

/** The kinds of refusal whose form {@link FakeLuminaryOptions.errors} can change. */
export type FakeLuminaryErrorKind =
  | "keyRejected"
  | "tokenRejected"
  | "noCredential"
  | "bothCredentials"
  | "invalidInput"
  | "notFound"
  | "conflict"
  | "invalidGrant";

/** How one kind of refusal is answered. */
export interface FakeLuminaryError {
  /** The HTTP status. */
  readonly status?: number;
  /** The JSON body. @defaultValue `{ "message": "..." }`; for `invalidGrant` `{ "error": "invalid_grant", "error_description": "..." }` */
  readonly body?: object;
}

/**
 * What the fake is to be like. The switches exist where nothing is documented: each default is the likeliest reading, and a
 * client should stand either.
 */
export interface FakeLuminaryOptions {
  /**
   * The API's host, or host and port, that the handlers answer on.
   * @defaultValue "apis.luminarycloud.com"
   */
  readonly domain?: string;
  /**
   * The identity provider's host, or host and port, that the handlers answer on. May be the same as `domain`.
   * @defaultValue "login.luminarycloud.example"
   */
  readonly authDomain?: string;
  /**
   * The only OAuth client that may log in.
   * @defaultValue "keylight-fake-client"
   */
  readonly clientId?: string;
  /**
   * The OAuth audience that access tokens are for.
   * @defaultValue `https://` and the domain
   */
  readonly audience?: string;
  /**
   * The ports on 127.0.0.1 that a login may return to.
   * @defaultValue [10001, 9876, 22223, 5000]
   */
  readonly redirectPorts?: readonly number[] | "any";
  /**
   * The path on 127.0.0.1 that a login may return to.
   * @defaultValue "/callback"
   */
  readonly redirectPath?: string;
  /**
   * The clock of both servers, in ms since 1970. Keys, codes and tokens expire by it.
   * @defaultValue Date.now
   */
  readonly now?: () => number;
  /**
   * How long an authorization code can be exchanged, in ms.
   * @defaultValue 10 minutes
   */
  readonly codeLifetime?: number;
  /**
   * How long an access token is valid, in ms.
   * @defaultValue 24 hours
   */
  readonly accessTokenLifetime?: number;
  /**
   * How long after its login a refresh token is valid, in ms.
   * @defaultValue 30 days
   */
  readonly loginLifetime?: number;
  /**
   * Whether `loginLifetime` begins again with each renewal.
   * @defaultValue false
   */
  readonly slidingLogin?: boolean;
  /**
   * Whether a renewal answers a new refresh token, after which the old one is used up. Without rotation it answers none, and
   * the old one stays good.
   * @defaultValue true
   */
  readonly refreshRotation?: boolean;
  /**
   * What a used-up refresh token does besides being refused: ends its whole login, with the newest refresh token too, or nothing.
   * @defaultValue "ends-login"
   */
  readonly refreshReuse?: "ends-login" | "refused";
  /**
   * Whether a login that asks for `offline_access` is given a refresh token.
   * @defaultValue true
   */
  readonly offlineAccess?: boolean;
  /**
   * The form of refusals, by kind. Default statuses: `keyRejected`, `tokenRejected` and `noCredential` 401; `bothCredentials` and
   * `invalidInput` 400; `notFound` 404; `conflict` 409; `invalidGrant`, of the identity provider, 403.
   * @example `{ invalidGrant: { status: 400 }, keyRejected: { status: 403, body: { detail: "no such key" } } }`
   */
  readonly errors?: Readonly<Partial<Record<FakeLuminaryErrorKind, FakeLuminaryError>>>;
}

/** The options with their defaults filled in. */
export type Settings = Required<FakeLuminaryOptions>;

const minute = 60 * 1000;
const day = 24 * 60 * minute;

/** Fills in the defaults. */
export function resolveOptions(options: FakeLuminaryOptions): Settings {
  return {
    domain: "apis.luminarycloud.com",
    authDomain: "login.luminarycloud.example",
    clientId: "keylight-fake-client",
    audience: `https://${options.domain ?? "apis.luminarycloud.com"}`,
    redirectPorts: [10001, 9876, 22223, 5000],
    redirectPath: "/callback",
    now: () => Date.now(),
    codeLifetime: 10 * minute,
    accessTokenLifetime: day,
    loginLifetime: 30 * day,
    slidingLogin: false,
    refreshRotation: true,
    refreshReuse: "ends-login",
    offlineAccess: true,
    errors: {},
    ...given(options),
  };
}

/** Where a domain is found: this machine is the only one that is spoken to without TLS. */
export function originOf(domain: string): string {
  const { origin, hostname } = new URL(`https://${domain}`);
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname) ? new URL(`http://${domain}`).origin : origin;
}
