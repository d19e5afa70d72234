import { given } from "../shared/settings.ts";
import { checkVersion } from "./version.ts";

/** The kinds of refusal whose form {@link FakeCloudTowerOptions.errors} can change. */
export type FakeCloudTowerErrorKind =
  | "restCredential"
  | "graphqlCredential"
  | "restLogin"
  | "graphqlLogin"
  | "secondFactor"
  | "permission"
  | "unknownKey"
  | "document";

/** How one kind of refusal is answered. */
export interface FakeCloudTowerError {
  /** The HTTP status. */
  readonly status?: number;
  /** The error's code. */
  readonly code?: string | number;
  /** The error's message. @defaultValue a text that fits the refusal */
  readonly message?: string;
}

/** A status that sends a client somewhere else. */
export type RedirectStatus = 301 | 302 | 307 | 308;

/**
 * What the fake server is to be like. The switches exist where CloudTower's documentation leaves the behaviour open: each
 * default is the likeliest reading, and a client should stand either.
 */
export interface FakeCloudTowerOptions {
  /**
   * The server's base URL, below which {@link FakeCloudTower.handlers} answer at `/api/`, `/api` and `/v2/api/...`. A path in it
   * stands for a reverse proxy's prefix, also for `listen` and `handle`.
   * @defaultValue "https://cloudtower.example"
   */
  readonly endpoint?: string;
  /**
   * The server's clock, in ms since 1970.
   * @defaultValue Date.now
   */
  readonly now?: () => number;
  /**
   * The server's version. Before 4.4.0 it knows no API keys; before 3.0.0 no `authnStrategies`, and a REST login needs a `source`
   * and takes no `auth_config_id`.
   * @defaultValue "4.8.1"
   */
  readonly version?: string;
  /**
   * The types of the login strategies that are configured, in this order.
   * @defaultValue ["LDAP"]
   */
  readonly strategies?: readonly string[];
  /**
   * Whether a credential with `Bearer ` before it is refused everywhere, or taken by the REST API.
   * @defaultValue "refused"
   */
  readonly bearer?: "refused" | "rest";
  /**
   * What `task_id` is in the answer of a REST login.
   * @defaultValue "null"
   */
  readonly loginTaskId?: "null" | "absent";
  /**
   * What a login gives a user who is logged in already: the same token again, or a further one beside it.
   * @defaultValue "same"
   */
  readonly secondLogin?: "same" | "further";
  /**
   * What a REST login gives a user with a second factor: a refusal, or an answer of status 200 whose token is empty or null.
   * @defaultValue "refused"
   */
  readonly secondFactorLogin?: "refused" | "empty" | "null";
  /**
   * After how many wrong passwords in a row a user is locked, and for how many ms; false never locks.
   * @defaultValue `{ failures: 5, forMs: 600_000 }`
   */
  readonly lockout?: false | { readonly failures: number; readonly forMs: number };
  /**
   * Whether API keys may create and delete API keys, as tokens may.
   * @defaultValue false
   */
  readonly keysManageKeys?: boolean;
  /**
   * Whether API keys live on when their user is deleted.
   * @defaultValue false
   */
  readonly keysOutliveUser?: boolean;
  /**
   * What `deleteApiKey` answers for a key that does not exist.
   * @defaultValue "error"
   */
  readonly unknownKey?: "error" | "null";
  /**
   * Where the code of a GraphQL error stands: in the error itself, or in its `extensions`.
   * @defaultValue "error"
   */
  readonly codeIn?: "error" | "extensions";
  /**
   * The form of refusals, by kind. Defaults: `restCredential` 401; `graphqlCredential` 200 `LOAD_TOKEN_FAILED`; `restLogin` 400
   * without a code; `graphqlLogin` 200 `USER_PASSWORD_INCORRECT`, `USER_NOT_FOUND` or `LOGIN_FAILED`; `secondFactor`, of a REST
   * login, 400 without a code; `permission` 200 `PERMISSION_DENIED`; `unknownKey` 200 with the number 3039; `document`, of a
   * GraphQL document that cannot run, 400 without a code.
   * @example `{ restCredential: { status: 403 }, graphqlCredential: { status: 401, code: 10401 }, document: { status: 200 } }`
   */
  readonly errors?: Readonly<Partial<Record<FakeCloudTowerErrorKind, FakeCloudTowerError>>>;
  /**
   * Sends whatever comes by plain http to the same URL with https, with this status.
   * @defaultValue no redirect
   */
  readonly redirectHttp?: RedirectStatus;
  /**
   * Sends what comes to `/api` to `/api/`, with this status.
   * @defaultValue no redirect
   */
  readonly redirectSlash?: RedirectStatus;
}

type Optional = "redirectHttp" | "redirectSlash";

/** The options with their defaults filled in; `endpoint` is normalised, and `version` is that of the start. */
export type Settings = Required<Omit<FakeCloudTowerOptions, Optional>> & Pick<FakeCloudTowerOptions, Optional>;

/**
 * Fills in the defaults.
 * @throws RangeError for a version that is none.
 */
export function resolveOptions(options: FakeCloudTowerOptions): Settings {
  const settings: Settings = {
    endpoint: "https://cloudtower.example",
    now: () => Date.now(),
    version: "4.8.1",
    strategies: ["LDAP"],
    bearer: "refused",
    loginTaskId: "null",
    secondLogin: "same",
    secondFactorLogin: "refused",
    lockout: { failures: 5, forMs: 600_000 },
    keysManageKeys: false,
    keysOutliveUser: false,
    unknownKey: "error",
    codeIn: "error",
    errors: {},
    ...given(options),
  };
  checkVersion(settings.version);
  return { ...settings, endpoint: settings.endpoint.replace(/\/+$/, "").replace(/\/(?:v2\/)?api$/, "") };
}
