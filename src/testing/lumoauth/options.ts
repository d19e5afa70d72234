import type { RateLimit } from "../shared/rate-limit.ts";
import { given } from "../shared/settings.ts";

/** A limit on all requests together, and how the refusal of one too many looks. */
export interface FakeLumoAuthRateLimit extends RateLimit {
  /** The form of `Retry-After`; false leaves the header out. @defaultValue "seconds" */
  readonly retryAfter?: "seconds" | "date" | false;
  /**
   * The body: as other refusals of the admin API, or as those of OAuth, with `retry_after` in seconds.
   * @defaultValue "admin", but "oauth" for the OAuth and registration endpoints
   */
  readonly body?: "admin" | "oauth";
}

/**
 * What the fake server is to be like. The switches exist where LumoAuth's documents contradict each other or say nothing: each
 * default is the reading that keylight has taken, and a client should stand either.
 */
export interface FakeLumoAuthOptions {
  /**
   * The URL below which {@link FakeLumoAuth.handlers} answer.
   * @defaultValue "https://app.lumoauth.dev"
   */
  readonly baseUrl?: string;
  /**
   * The server's clock, in ms since 1970. Tokens and codes expire by it.
   * @defaultValue Date.now
   */
  readonly now?: () => number;
  /**
   * Where the API lies: `t` for `/t/{tenantSlug}/api/v1`, `orgs` for the newer `/orgs/{orgId}/api/v1`. The other one is not found.
   * @defaultValue "t"
   */
  readonly prefix?: "t" | "orgs";
  /**
   * How an API key may be sent: as `Authorization: Bearer`, as `X-API-Key`, or as either. Access tokens are always bearers.
   * @defaultValue "both"
   */
  readonly keyHeaders?: "both" | "authorization" | "x-api-key";
  /**
   * The shape of the admin API's refusals: `flag` for `error: true` with a `code`, `code` for the newer `error: "<code>"`, which
   * also knows `not_found` and `conflict` where the older shape has `resource_not_found` and `duplicate_resource`.
   * @defaultValue "flag"
   */
  readonly errorShape?: "flag" | "code";
  /**
   * The HTTP status of a refused field.
   * @defaultValue 400
   */
  readonly validationStatus?: 400 | 422;
  /**
   * The envelope of lists: `data` with `meta`, with a short `pagination`, or with both in full; or `items` with `total`, `limit`
   * and `offset`, of 50 by default and 500 at most.
   * @defaultValue "meta"
   */
  readonly lists?: "meta" | "pagination" | "both" | "items";
  /**
   * The HTTP status of a deletion: 204 without a body, or 200 with a `message`.
   * @defaultValue 204
   */
  readonly deletion?: 204 | 200;
  /**
   * Dynamic client registration: for the holders of an API key or an initial access token, for anybody, or for nobody.
   * @defaultValue "key"
   */
  readonly registration?: "key" | "open" | "off";
  /**
   * Answers 429 to every request that is one too many, and tells the quota in `X-RateLimit-` headers.
   * @defaultValue no limit, and no such headers
   */
  readonly rateLimit?: FakeLumoAuthRateLimit;
  /**
   * How long an access token is valid, in ms. A client whose `accessTokenLifetime` was set goes its own way.
   * @defaultValue 1 hour
   */
  readonly accessTokenLifetime?: number;
  /**
   * How long a refresh token is valid, in ms.
   * @defaultValue 30 days
   */
  readonly refreshTokenLifetime?: number;
  /**
   * How long a device code is valid, in ms.
   * @defaultValue 10 minutes
   */
  readonly deviceCodeLifetime?: number;
  /**
   * How long a device has to wait between two polls, in ms.
   * @defaultValue 5 seconds
   */
  readonly deviceInterval?: number;
  /**
   * The issuer that the discovery document names.
   * @defaultValue the URL that `/.well-known/openid-configuration` was appended to, as the standard demands
   */
  readonly issuer?: string;
}

type Undefaulted = "rateLimit" | "issuer";

/** The options with their defaults filled in. */
export type Settings = Required<Omit<FakeLumoAuthOptions, Undefaulted>> & Pick<FakeLumoAuthOptions, Undefaulted>;

const minute = 60_000;
const day = 24 * 60 * minute;

/** Fills in the defaults. */
export function resolveOptions(options: FakeLumoAuthOptions): Settings {
  return {
    baseUrl: "https://app.lumoauth.dev",
    now: () => Date.now(),
    prefix: "t",
    keyHeaders: "both",
    errorShape: "flag",
    validationStatus: 400,
    lists: "meta",
    deletion: 204,
    registration: "key",
    accessTokenLifetime: 60 * minute,
    refreshTokenLifetime: 30 * day,
    deviceCodeLifetime: 10 * minute,
    deviceInterval: 5_000,
    ...given(options),
  };
}
