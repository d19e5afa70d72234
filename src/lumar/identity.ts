import { AuthenticationError, ConfigurationError, ResponseFormatError } from "../errors/index.ts";
import { GraphQLConnection } from "../core/graphql-connection.ts";
import type { Lines } from "../core/lines.ts";
import { isCredentialText } from "../core/credentials/text.ts";
import { keySource } from "../core/credentials/key.ts";
import type { Authorization, CredentialSource } from "../core/credentials/source.ts";
import type { LiveSecrets } from "../core/live-secrets.ts";
import type { Settings } from "../core/options.ts";
import type { LoginAttempt } from "../core/session/login.ts";
import { SessionManager } from "../core/session/manager.ts";
import { memorySessionStore } from "../core/session/memory-store.ts";
import { sessionKey } from "../core/session/store-key.ts";
import type { SessionStore } from "../core/session/store.ts";
import type { CallScope } from "../core/transport/scope.ts";
import { checkApiKey, originOf, type LumarCredential } from "./credentials.ts";
import { lumarDialect, sessionLifetime } from "./dialect.ts";
import { LoginWithUserKeyDocument, type LoginWithUserKeyMutation } from "./generated/operations.ts";

/** What logging in needs of the client that it is for. */
export interface IdentityOptions {
  readonly endpoint: URL;
  readonly settings: Settings;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: LiveSecrets;
  readonly lines: Lines;
  readonly store: SessionStore | undefined;
}

/** Largest answer to a login, in bytes: 1 MiB. */
const maxLoginBytes = 1_048_576;

/** Who a client acts as. Shared by the clients that came from one another, and ended with the last of them. */
export class Identity {
  readonly credential: LumarCredential;
  readonly source: CredentialSource;
  readonly secrets: LiveSecrets;
  /** The ids of the service account keys that were made and handed out as this identity. */
  readonly handedOut = new Set<string>();
  /** There where a user key can log in. */
  readonly session: SessionManager | undefined;
  readonly #connection: GraphQLConnection;
  readonly #open = new Set<CallScope>();
  #users = 0;

  /** @throws {@link ConfigurationError} for a malformed credential. */
  constructor(credential: LumarCredential, options: IdentityOptions) {
    this.credential = credential;
    this.secrets = options.secrets;
    if (credential.kind === "userKey") {
      this.session = this.#sessionOf(credential, options);
      this.source = this.session;
    } else {
      this.source = keyOf(credential, options.secrets);
    }
    // Last: it takes hold of connections, which a constructor that throws would not give back.
    this.#connection = new GraphQLConnection({ ...options, dialect: lumarDialect, credential: undefined, noCredential });
  }

  retain(): void {
    this.#users += 1;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    for (const scope of [...this.#open]) scope.end({ cause: "closed" });
    this.#connection.close();
  }

  #sessionOf(credential: LumarCredential & { kind: "userKey" }, { endpoint, settings, secrets, store }: IdentityOptions): SessionManager {
    const { id, secret } = credential.userKey.value;
    return new SessionManager({
      origin: originOf(credential),
      initial: credential.token,
      login: (attempt) => this.#login(id, secret, attempt),
      store: store ?? memorySessionStore(),
      storeKey: () => sessionKey(secret, ["lumar", endpoint.origin, "userKey", String(id)]),
      lifetime: sessionLifetime,
      timeout: settings.timeout,
      retryAttempts: settings.retryAttempts,
      open: this.#open,
      secrets,
      log: settings.log,
    });
  }

  async #login(userKeyId: string | number, secret: string, { timeout, background }: LoginAttempt): Promise<{ token: string }> {
    this.secrets.add(secret);
    const { value } = await this.#connection.send(LoginWithUserKeyDocument, { userKeyId, secret }, { timeout }, {
      credential: "none",
      forLogin: true,
      background,
      maxResponseBytes: maxLoginBytes,
      retryAttempts: 0,
    });
    const data: Partial<LoginWithUserKeyMutation> = value.data ?? {};
    const token = data.createSessionUsingUserKey?.token;
    if (!isCredentialText(token)) {
      throw new ResponseFormatError("the answer to the login holds no session token", undefined, 0);
    }
    return { token };
  }
}

function keyOf(credential: LumarCredential & { kind: "apiKey" | "sessionToken" }, secrets: LiveSecrets): CredentialSource {
  const origin = originOf(credential);
  if (credential.kind === "apiKey") {
    return keySource({
      value: credential.key.value,
      name: credential.key.name,
      origin,
      secrets,
      check: checkApiKey,
      rejection: {
        code: "KEY_REJECTED",
        message: "the server rejected the API key",
        hint: "Check that the key is neither revoked nor expired, that its service account is enabled, and that the key's IP allowlist, if it carries one, allows this address.",
      },
    });
  }
  return keySource({
    value: credential.token.value,
    name: credential.token.name,
    origin,
    secrets,
    rejection: {
      code: "SESSION_EXPIRED",
      message: "the server rejected the session token",
      hint: "Log in again for a new token, or give a user key (userKey, or LC_USER_KEY_ID and LC_USER_KEY_SECRET), which renews sessions by itself.",
    },
  });
}

export function noCredential(): ConfigurationError {
  return new ConfigurationError("there is no credential", {
    hint: "Set LC_API_KEY (or apiKey), LC_USER_KEY_ID and LC_USER_KEY_SECRET (or userKey), or LC_SESSION_TOKEN (or sessionToken).",
  });
}

/** One credential for one call, which is not renewed. */
export function onceOnly(authorization: Authorization, source: CredentialSource): CredentialSource {
  return {
    origin: source.origin,
    current: () => authorization,
    atHand: () => Promise.resolve(authorization),
    renew: () => Promise.reject(new AuthenticationError("the session is over already", "SESSION_EXPIRED")),
    accepted: () => undefined,
  };
}
