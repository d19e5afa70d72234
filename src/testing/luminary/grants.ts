import { randomUrlSafe } from "../shared/random.ts";
import type { Settings } from "./options.ts";

/** What a person has agreed to by logging in: all tokens that came of it are one family. */
export interface Login {
  readonly scopes: readonly string[];
  /** Goes back inside the identity token, if there is one. */
  readonly nonce: string | undefined;
  /** When its refresh tokens expire, in ms since 1970. */
  validUntil: number;
  ended: boolean;
}

/** What a code is bound to. */
interface Binding {
  readonly redirectUri: string;
  readonly challenge: string;
}

interface CodeRecord extends Binding {
  readonly login: Login;
  readonly expiresAt: number;
  used: boolean;
}

interface RefreshRecord {
  readonly login: Login;
  used: boolean;
}

/** A login, or why there is none. */
export type Outcome = { readonly login: Login } | { readonly refused: string };

// One text for every reason: the holder of a stolen token learns nothing.
const refusedRefresh = { refused: "Unknown or invalid refresh token." };

/** The codes and tokens of one identity provider. */
export class Grants {
  readonly #settings: Settings;
  readonly #codes = new Map<string, CodeRecord>();
  readonly #refreshTokens = new Map<string, RefreshRecord>();
  /** When each access token expires, in ms since 1970. */
  readonly #accessTokens = new Map<string, number>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  logIn(scopes: readonly string[], nonce?: string): Login {
    return { scopes, nonce, validUntil: this.#settings.now() + this.#settings.loginLifetime, ended: false };
  }

  addCode(login: Login, binding: Binding): string {
    const code = randomUrlSafe(43);
    this.#codes.set(code, { ...binding, login, expiresAt: this.#settings.now() + this.#settings.codeLifetime, used: false });
    return code;
  }

  /** Uses a code up, unless something about it is wrong. */
  redeem(code: string, { redirectUri, challenge }: Binding): Outcome {
    const record = this.#codes.get(code);
    // Somebody else may hold a code that comes twice, and have been first: RFC 6749, 4.1.2.
    if (record?.used === true) record.login.ended = true;
    if (record === undefined || record.login.ended || this.#settings.now() >= record.expiresAt) {
      return { refused: "Invalid authorization code." };
    }
    if (redirectUri !== record.redirectUri) return { refused: "The redirect_uri is not that of the authorization request." };
    if (challenge !== record.challenge) return { refused: "Failed to verify the code verifier." };
    record.used = true;
    return { login: record.login };
  }

  /** Uses a refresh token, and with rotation uses it up. */
  renew(refreshToken: string): Outcome {
    const { now, refreshRotation, refreshReuse, slidingLogin, loginLifetime } = this.#settings;
    const record = this.#refreshTokens.get(refreshToken);
    if (record === undefined) return refusedRefresh;
    const { login } = record;
    if (record.used) {
      if (refreshReuse === "ends-login") login.ended = true;
      return refusedRefresh;
    }
    if (login.ended || now() >= login.validUntil) return refusedRefresh;
    if (refreshRotation) record.used = true;
    if (slidingLogin) login.validUntil = now() + loginLifetime;
    return { login };
  }

  addRefreshToken(login: Login): string {
    const token = `v1.${randomUrlSafe(64)}`;
    this.#refreshTokens.set(token, { login, used: false });
    return token;
  }

  addAccessToken(token: string, expiresAt: number): void {
    this.#accessTokens.set(token, expiresAt);
  }

  /** Whether this text is an access token that is still valid. */
  authenticates(text: string): boolean {
    const expiresAt = this.#accessTokens.get(text);
    return expiresAt !== undefined && this.#settings.now() < expiresAt;
  }

  expireAccessTokens(): void {
    this.#accessTokens.clear();
  }

  endLogins(): void {
    for (const { login } of [...this.#codes.values(), ...this.#refreshTokens.values()]) login.ended = true;
  }
}
