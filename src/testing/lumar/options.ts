import { given } from "../shared/settings.ts";

/** The kinds of refusal whose shape {@link FakeLumarOptions.errors} can change. */
export type FakeLumarErrorKind = "permission" | "notFound" | "login" | "userKeyLimit" | "secretNotSelected" | "invalidInput";

/** How one kind of refusal is answered. */
export interface FakeLumarError {
  /** The HTTP status. @defaultValue 200 */
  readonly status?: number;
  /** `extensions.code` of the error. */
  readonly code?: string;
  /** The error's message. @defaultValue a text that fits the refusal */
  readonly message?: string;
}

/** At most `requests` requests within a window of `perMs` ms. */
export interface FakeLumarRateLimit {
  readonly requests: number;
  readonly perMs: number;
  /** Whether the refusal has a `Retry-After` header. @defaultValue true */
  readonly retryAfter?: boolean;
}

/**
 * What the fake server is to be like. The switches exist where Lumar's documentation leaves the behaviour open: each default
 * is the likeliest reading, and a client should stand either.
 */
export interface FakeLumarOptions {
  /**
   * The URL that {@link FakeLumar.handlers} answer on.
   * @defaultValue "https://api.lumar.io/graphql"
   */
  readonly endpoint?: string;
  /**
   * The server's clock, in ms since 1970. Sessions and keys expire by it.
   * @defaultValue Date.now
   */
  readonly now?: () => number;
  /**
   * How long a session is valid after its login, in ms.
   * @defaultValue 30 days
   */
  readonly sessionLifetime?: number;
  /**
   * Whether a login ends the older sessions of the same user.
   * @defaultValue false
   */
  readonly loginEndsOlderSessions?: boolean;
  /**
   * Whether deleting a user key ends the sessions that were opened with it.
   * @defaultValue false
   */
  readonly deletedUserKeyEndsSessions?: boolean;
  /**
   * How many user keys a user may have at once.
   * @defaultValue 2
   */
  readonly userKeyLimit?: number;
  /**
   * What `createServiceAccountKey` answers as `secret`: the whole key `lmr_sa_{n}_{secret}`, or only its last part. The
   * `x-api-key` header needs the whole key either way.
   * @defaultValue "whole"
   */
  readonly keySecret?: "whole" | "bare";
  /**
   * What a later read of a service-account key gives for `secret`.
   * @defaultValue "null"
   */
  readonly secretOnRead?: "null" | "error";
  /**
   * What revoking a key does that is already revoked: answers the first `revokedAt` again, or fails as for an unknown key.
   * @defaultValue "succeeds"
   */
  readonly revokingTwice?: "succeeds" | "not-found";
  /**
   * What `node` answers for an id that it cannot resolve: null alone, or null with an error.
   * @defaultValue "null"
   */
  readonly unknownNode?: "null" | "error";
  /**
   * What `me` answers under an API key: null alone, or null with a permission error.
   * @defaultValue "null"
   */
  readonly meUnderApiKey?: "null" | "error";
  /**
   * The shape of refusals, by kind. Defaults, all with status 200: `permission` UNAUTHORIZED; `notFound` ENTITY_NOT_FOUND;
   * `login` INCORRECT_USER_KEY_ID_OR_SECRET; `userKeyLimit`, `secretNotSelected` and `invalidInput` BAD_USER_INPUT.
   * @example `{ permission: { status: 403, code: "FORBIDDEN" }, notFound: { code: "BAD_USER_INPUT" } }`
   */
  readonly errors?: Readonly<Partial<Record<FakeLumarErrorKind, FakeLumarError>>>;
  /**
   * Answers 429 to every request that is one too many; {@link FakeLumar.setRateLimit} changes it later.
   * @defaultValue no limit
   */
  readonly rateLimit?: FakeLumarRateLimit;
}

/** The options with their defaults filled in. */
export type Settings = Required<Omit<FakeLumarOptions, "rateLimit">> & Pick<FakeLumarOptions, "rateLimit">;

const thirtyDays = 30 * 24 * 60 * 60 * 1000;

/** Fills in the defaults. */
export function resolveOptions(options: FakeLumarOptions): Settings {
  return {
    endpoint: "https://api.lumar.io/graphql",
    now: () => Date.now(),
    sessionLifetime: thirtyDays,
    loginEndsOlderSessions: false,
    deletedUserKeyEndsSessions: false,
    userKeyLimit: 2,
    keySecret: "whole",
    secretOnRead: "null",
    revokingTwice: "succeeds",
    unknownNode: "null",
    meUnderApiKey: "null",
    errors: {},
    ...given(options),
  };
}
