import { randomUrlSafe } from "../shared/random.ts";
import type { ClientRecord, UserRecord } from "./records.ts";

/** What somebody has allowed a client to do. */
export interface Grant {
  readonly client: ClientRecord;
  /** Undefined where the client acts for itself. */
  readonly user: UserRecord | undefined;
  readonly scopes: readonly string[];
}

interface TokenRecord {
  readonly grant: Grant;
  readonly scopes: readonly string[];
  readonly expiresAt: number;
}

/** The access and refresh tokens of one tenant. */
export class TokenStore {
  readonly #now: () => number;
  readonly #access = new Map<string, TokenRecord>();
  readonly #refresh = new Map<string, TokenRecord>();

  constructor(now: () => number) {
    this.#now = now;
  }

  addAccess(grant: Grant, scopes: readonly string[]): string {
    return this.#add(this.#access, grant, scopes, grant.client.accessTokenLifetime);
  }

  addRefresh(grant: Grant): string {
    return this.#add(this.#refresh, grant, grant.scopes, grant.client.refreshTokenLifetime);
  }

  /** The scopes of a live access token. */
  scopesOf(accessToken: string): readonly string[] | undefined {
    return this.#live(this.#access, accessToken)?.scopes;
  }

  /** The grant of a live refresh token. */
  grantOf(refreshToken: string): Grant | undefined {
    return this.#live(this.#refresh, refreshToken)?.grant;
  }

  deleteRefresh(refreshToken: string): void {
    this.#refresh.delete(refreshToken);
  }

  /** Ends this token of this client, and with a refresh token all that came of the same grant. */
  revoke(token: string, client: ClientRecord): void {
    const refresh = this.#refresh.get(token);
    if (refresh?.grant.client === client) this.end((grant) => grant === refresh.grant);
    if (this.#access.get(token)?.grant.client === client) this.#access.delete(token);
  }

  /** Ends all tokens of these grants. */
  end(which: (grant: Grant) => boolean): void {
    for (const tokens of [this.#access, this.#refresh]) {
      for (const [token, { grant }] of tokens) {
        if (which(grant)) tokens.delete(token);
      }
    }
  }

  endAllAccess(): void {
    this.#access.clear();
  }

  #add(tokens: Map<string, TokenRecord>, grant: Grant, scopes: readonly string[], lifetime: number): string {
    const token = randomUrlSafe(64);
    tokens.set(token, { grant, scopes, expiresAt: this.#now() + lifetime * 1000 });
    return token;
  }

  #live(tokens: ReadonlyMap<string, TokenRecord>, token: string): TokenRecord | undefined {
    const found = tokens.get(token);
    return found !== undefined && this.#now() < found.expiresAt ? found : undefined;
  }
}
