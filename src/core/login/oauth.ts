import type { AuthorizationServer, Client, HttpRequestOptions } from "oauth4webapi";
import { AuthenticationError, KeylightError, ResponseFormatError, TransportError } from "../../errors/index.ts";
import type { Lines } from "../lines.ts";
import type { LiveSecrets } from "../live-secrets.ts";
import type { StoredSession } from "../session/store.ts";
import { ScopeEnded, type CallScope } from "../transport/scope.ts";
import { namedEndpoint, type OAuthProvider } from "./provider.ts";
import { sessionOf, type TokenAnswer } from "./tokens.ts";
import { OAuthWire } from "./wire.ts";

type Library = typeof import("oauth4webapi");

/** What one operation works with. */
interface Tools {
  readonly library: Library;
  readonly wire: OAuthWire;
  readonly http: HttpRequestOptions<"POST", URLSearchParams>;
  readonly client: Client;
  readonly none: ReturnType<Library["None"]>;
}

/** An authorization request that has been made up: what ties its answer to it stays in here. */
export interface AuthorizationRequest {
  readonly state: string;
  address(redirectUri: string): URL;
  /** @throws {@link AuthenticationError} `LOGIN_FAILED` when the person or the server said no. */
  redeem(callback: URLSearchParams, redirectUri: string, scope: CallScope): Promise<StoredSession>;
}

/** A device code that waits for a person to enter it. */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string | undefined;
  /** Milliseconds. */
  readonly lifetime: number;
  /** Milliseconds between two polls. */
  readonly interval: number;
  poll(scope: CallScope): Promise<StoredSession | "pending" | "slow down">;
}

const temporary = new Set(["temporarily_unavailable", "server_error"]);

/** OAuth with one authorization server: the only user of oauth4webapi, which is loaded when the first operation begins. */
export class OAuthClient {
  readonly #provider: OAuthProvider;
  readonly #lines: Lines;
  readonly #secrets: LiveSecrets;
  /** What discovery brought: owned by this client, for this provider, as long as the client lives. A failure is not kept. */
  #discovered: AuthorizationServer | undefined;

  constructor(provider: OAuthProvider, { lines, secrets }: { readonly lines: Lines; readonly secrets: LiveSecrets }) {
    this.#provider = provider;
    this.#lines = lines;
    this.#secrets = secrets;
  }

  /** Authorization code with PKCE, method S256: RFC 6749, 4.1, and RFC 7636. */
  authorizationRequest(scope: CallScope): Promise<AuthorizationRequest> {
    return this.#run("authorize", scope, async (tools) => {
      const { library } = tools;
      const server = await this.#server(tools);
      const endpoint = namedEndpoint(server.authorization_endpoint, "authorization_endpoint", this.#secrets);
      if (endpoint === undefined) throw lacking("authorization endpoint");
      const verifier = library.generateRandomCodeVerifier();
      const state = library.generateRandomState();
      for (const secret of [verifier, state]) this.#secrets.add(secret);
      const challenge = await library.calculatePKCECodeChallenge(verifier);
      return {
        state,
        address: (redirectUri) => this.#addressOf(endpoint, { state, code_challenge: challenge, code_challenge_method: "S256", redirect_uri: redirectUri }),
        redeem: (callback, redirectUri, within) => this.#redeem(server, { callback, state, redirectUri, verifier }, within),
      };
    });
  }

  /** @returns undefined when the server says that the token is no good (any more): only a person can go on. */
  refresh(refreshToken: string, scope: CallScope): Promise<StoredSession | undefined> {
    this.#secrets.add(refreshToken);
    return this.#run("refresh", scope, async (tools) => {
      const { library, client, none, http } = tools;
      const server = await this.#server(tools);
      const begun = Date.now();
      try {
        const response = await library.refreshTokenGrantRequest(server, client, none, refreshToken, http);
        return sessionOf(await library.processRefreshTokenResponse(server, client, response), begun, refreshToken);
      } catch (error) {
        if (error instanceof library.ResponseBodyError && error.error === "invalid_grant") return undefined;
        throw error;
      }
    });
  }

  /** Device authorization: RFC 8628. */
  deviceCode(scope: CallScope): Promise<DeviceCode> {
    return this.#run("device code", scope, async (tools) => {
      const { library, client, none, http } = tools;
      const server = await this.#server(tools);
      if (server.device_authorization_endpoint === undefined) throw lacking("device authorization endpoint");
      const response = await library.deviceAuthorizationRequest(server, client, none, new URLSearchParams(this.#wishes()), http);
      const answer = await library.processDeviceAuthorizationResponse(server, client, response);
      return {
        userCode: answer.user_code,
        verificationUri: answer.verification_uri,
        verificationUriComplete: answer.verification_uri_complete,
        lifetime: answer.expires_in * 1000,
        interval: (answer.interval ?? 5) * 1000,
        poll: (within) => this.#poll(server, answer.device_code, within),
      };
    });
  }

  #poll(server: AuthorizationServer, deviceCode: string, scope: CallScope): Promise<StoredSession | "pending" | "slow down"> {
    return this.#run("poll for the login", scope, async ({ library, client, none, http }) => {
      const begun = Date.now();
      try {
        const response = await library.deviceCodeGrantRequest(server, client, none, deviceCode, http);
        return sessionOf(await library.processDeviceCodeResponse(server, client, response), begun);
      } catch (error) {
        if (error instanceof library.ResponseBodyError && error.error === "authorization_pending") return "pending";
        if (error instanceof library.ResponseBodyError && error.error === "slow_down") return "slow down";
        throw error;
      }
    });
  }

  #redeem(
    server: AuthorizationServer,
    { callback, state, redirectUri, verifier }: { callback: URLSearchParams; state: string; redirectUri: string; verifier: string },
    scope: CallScope,
  ): Promise<StoredSession> {
    return this.#run("redeem the code", scope, async ({ library, client, none, http }) => {
      for (const code of callback.getAll("code")) this.#secrets.add(code);
      const checked = library.validateAuthResponse(server, client, callback, state);
      const { audience } = this.#provider;
      const options = { ...http, additionalParameters: audience === undefined ? {} : { audience } };
      const begun = Date.now();
      const response = await library.authorizationCodeGrantRequest(server, client, none, checked, redirectUri, verifier, options);
      const answer: TokenAnswer = await library.processAuthorizationCodeResponse(server, client, response);
      return sessionOf(answer, begun);
    });
  }

  #addressOf(endpoint: URL, own: Readonly<Record<string, string>>): URL {
    const address = new URL(endpoint);
    const { clientId, parameters } = this.#provider;
    const all = { ...parameters, ...this.#wishes(), response_type: "code", client_id: clientId, ...own };
    for (const [name, value] of Object.entries(all)) address.searchParams.set(name, value);
    return address;
  }

  #wishes(): Record<string, string> {
    const { scopes, audience } = this.#provider;
    return { ...(scopes.length === 0 ? {} : { scope: scopes.join(" ") }), ...(audience === undefined ? {} : { audience }) };
  }

  async #server({ library, wire }: Tools): Promise<AuthorizationServer> {
    const { issuer, endpoints } = this.#provider;
    if (!("discover" in endpoints)) {
      const { authorization, token, deviceAuthorization } = endpoints;
      return {
        issuer: issuer.href,
        token_endpoint: token.href,
        ...(authorization === undefined ? {} : { authorization_endpoint: authorization.href }),
        ...(deviceAuthorization === undefined ? {} : { device_authorization_endpoint: deviceAuthorization.href }),
      };
    }
    if (this.#discovered !== undefined) return this.#discovered;
    const response = await library.discoveryRequest(issuer, { algorithm: endpoints.discover, ...this.#httpOf(library, wire) });
    const server = await library.processDiscoveryResponse(issuer, response);
    for (const name of ["token_endpoint", "device_authorization_endpoint"]) namedEndpoint(server[name], name, this.#secrets);
    return (this.#discovered = server);
  }

  async #run<T>(operationName: string, scope: CallScope, action: (tools: Tools) => Promise<T>): Promise<T> {
    const library = await scope.race(import("oauth4webapi"));
    const wire = new OAuthWire({ lines: this.#lines, secrets: this.#secrets, scope, operationName });
    const http = this.#httpOf(library, wire);
    try {
      return await action({ library, wire, http, client: { client_id: this.#provider.clientId }, none: library.None() });
    } catch (error) {
      throw this.#inOurTerms(error, library, wire);
    }
  }

  #httpOf(library: Library, wire: OAuthWire): { [library.customFetch]: OAuthWire["fetch"] } {
    // The library marks this one as deprecated, to warn. Plain http has been allowed before, and to this machine only.
    const plainHttp: unknown = this.#provider.issuer.protocol === "http:" ? Reflect.get(library, "allowInsecureRequests") : undefined;
    return { [library.customFetch]: wire.fetch, ...(typeof plainHttp === "symbol" ? { [plainHttp]: true } : {}) };
  }

  /** Errors of the library hold answers, with all that is secret in them: none of them leaves this file. */
  #inOurTerms(error: unknown, library: Library, wire: OAuthWire): unknown {
    if (error instanceof KeylightError || error instanceof ScopeEnded) return error;
    if (error instanceof library.ResponseBodyError) return this.#refusal(error.error, error.error_description, error.status);
    if (error instanceof library.AuthorizationResponseError) return this.#refusal(error.error, error.error_description, undefined);
    const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
    const why = typeof code === "string" && /^[A-Z_]+$/.test(code) ? ` (${code})` : "";
    return wire.unreadable() ?? new AuthenticationError(`the authorization server's answer cannot be used${why}`, "LOGIN_FAILED");
  }

  #refusal(said: string, description: unknown, status: number | undefined): KeylightError {
    const serviceCode = this.#secrets.scrub(said).slice(0, 100);
    const more = typeof description === "string" && description !== "" ? `: ${this.#secrets.scrub(description)}` : "";
    const message = `the authorization server said ${serviceCode}${more}`;
    if (temporary.has(said)) return new TransportError(message, "headers", { retryable: true, status, serviceCode });
    return new AuthenticationError(message, "LOGIN_FAILED", { status, serviceCode });
  }
}

function lacking(what: string): ResponseFormatError {
  return new ResponseFormatError(`the authorization server names no ${what}`, "application/json", 0, { hint: "Log in another way, or configure another server." });
}
