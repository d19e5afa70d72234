import { randomUrlSafe } from "../shared/random.ts";
import { createFakeServer, type FakeServer } from "../shared/fake-server.ts";
import { decideOnDevice, deviceGrantType } from "./device.ts";
import { noteLogin } from "./oauth-client.ts";
import { resolveOptions, type FakeLumoAuthOptions, type Settings } from "./options.ts";
import type { ClientRecord, KeyRecord, TenantRecord, UserRecord } from "./records.ts";
import { basePathOf } from "./router.ts";
import { createService } from "./service.ts";
import { newKeyText, State } from "./state.ts";

/** A tenant, which newer documents call an organization. */
export interface FakeLumoAuthTenant {
  readonly slug: string;
  readonly orgId: string;
  /** What stands between the base URL and `/admin/users`, under the prefix that the fake was given. */
  readonly pathPrefix: string;
}

/** A user's id and e-mail address. */
export interface FakeLumoAuthUser {
  readonly id: string;
  readonly email: string;
}

/**
 * A stateful stand-in for LumoAuth, made by {@link createFakeLumoAuth}. Operations are named by their method and their path below
 * the prefix, such as `GET /admin/users/{id}`.
 */
export interface FakeLumoAuth extends FakeServer {
  /** The tenant that exists from the start. */
  readonly tenant: FakeLumoAuthTenant;
  /** The API key of {@link FakeLumoAuth.tenant} that exists from the start and may do everything. After a rotation it is dead. */
  readonly apiKey: string;
  /** The administrator of {@link FakeLumoAuth.tenant}, who also agrees to every login. */
  readonly user: FakeLumoAuthUser;
  /**
   * The public OAuth client that exists from the start. It may use the device flow, refresh tokens, and authorization codes with
   * a redirect to `/callback` on any port of this machine.
   */
  readonly clientId: string;
  /** Makes another tenant, with an administrator and an API key of its own. @param input `slug`: default a made-up one. */
  createTenant(input?: { readonly slug?: string }): { readonly tenant: FakeLumoAuthTenant; readonly apiKey: string };
  /**
   * Creates an API key of {@link FakeLumoAuth.tenant}, as a person does in the portal: the API has no calls for keys.
   * @param input `scopes`: what it may do, such as `admin:users:read`; default everything.
   * @returns the key, shown this once.
   */
  createKey(input?: { readonly scopes?: readonly string[] }): string;
  /**
   * Rotates an API key in the portal: the old one is dead at once.
   * @param key - default: the key that exists from the start, however often it was rotated.
   * @returns the new key, shown this once.
   * @throws Error if there is no such key, or it was revoked.
   */
  rotateKey(key?: string): string;
  /** Disables an API key for good, in the portal. @param key - as with {@link FakeLumoAuth.rotateKey}. @throws Error if there is no such key. */
  revokeKey(key?: string): void;
  /** Removes an API key's record, in the portal. @param key - as with {@link FakeLumoAuth.rotateKey}. @throws Error if there is no such key. */
  deleteKey(key?: string): void;
  /** Makes a token that may register clients, and nothing else. */
  createInitialAccessToken(): string;
  /** Agrees to a device flow, as a person does who types in its code. @throws Error if no device waits with this code. */
  approveDevice(userCode: string): void;
  /** Refuses a device flow. @throws Error if no device waits with this code. */
  denyDevice(userCode: string): void;
  /**
   * Logs in without a browser: the tokens of {@link FakeLumoAuth.user} for {@link FakeLumoAuth.clientId}.
   * @param input `scopes`: default all of the client's, `admin` among them.
   */
  logIn(input?: { readonly scopes?: readonly string[] }): { readonly accessToken: string; readonly refreshToken: string };
  /** Ends all access tokens of now. Refresh tokens stay good. */
  expireAccessTokens(): void;
}

/**
 * Makes a fake LumoAuth server that keeps tenants, keys, users, roles, groups, OAuth clients and tokens in memory.
 * @example
 * ```ts
 * const fake = createFakeLumoAuth();
 * const server = setupServer(...fake.handlers);
 * const client = new LumoAuthClient({ tenant: fake.tenant.slug, apiKey: fake.apiKey });
 * ```
 */
export function createFakeLumoAuth(options: FakeLumoAuthOptions = {}): FakeLumoAuth {
  const settings = resolveOptions(options);
  const state = new State(settings);
  const first = createTenant(state, "acme-corp");
  const path = basePathOf(settings);
  const place = { urls: [`${new URL(settings.baseUrl).origin}${path}/*`], path };
  return Object.assign(createFakeServer(createService(state, settings), place), {
    tenant: shownTenant(first.tenant, settings),
    apiKey: first.key.text,
    user: { id: first.user.id, email: first.user.email },
    clientId: first.client.clientId,
    ...createPortal(state, first, settings),
    ...createPeople(state, first, settings),
  });
}

interface Furnished {
  readonly tenant: TenantRecord;
  readonly user: UserRecord;
  readonly client: ClientRecord;
  readonly key: KeyRecord;
}

function createTenant(state: State, slug: string): Furnished {
  const tenant = state.addTenant(slug);
  const roles = new Set([...tenant.roles.values()].filter((role) => role.slug === "admin"));
  const user = state.addUser(tenant, { email: `admin@${slug}.example`, name: "Example administrator", emailVerified: true, roles });
  const client = state.addClient(tenant, {
    name: "Example command line",
    isConfidential: false,
    redirectUris: ["127.0.0.1", "[::1]", "localhost"].map((host) => `http://${host}/callback`),
    grantTypes: ["authorization_code", "refresh_token", deviceGrantType],
    scopes: ["openid", "profile", "email", "offline_access", "admin"],
  });
  return { tenant, user, client, key: state.addKey(tenant, undefined) };
}

type Portal = Pick<FakeLumoAuth, "createTenant" | "createKey" | "rotateKey" | "revokeKey" | "deleteKey" | "createInitialAccessToken">;

/** What an administrator does in the portal. */
function createPortal(state: State, first: Furnished, settings: Settings): Portal {
  const keyOf = (text: string | undefined): KeyRecord => (text === undefined ? first.key : state.key(text));
  return {
    createTenant: ({ slug = `tenant-${String(state.tenants().length + 1)}` } = {}) => {
      const { tenant, key } = createTenant(state, slug);
      return { tenant: shownTenant(tenant, settings), apiKey: key.text };
    },
    createKey: ({ scopes } = {}) => state.addKey(first.tenant, scopes).text,
    rotateKey: (text) => {
      const key = keyOf(text);
      if (!state.isLive(key)) throw new Error("An API key that was revoked or deleted cannot be rotated.");
      key.text = newKeyText();
      return key.text;
    },
    revokeKey: (text) => {
      keyOf(text).revoked = true;
    },
    deleteKey: (text) => {
      state.deleteKey(keyOf(text));
    },
    createInitialAccessToken: () => {
      const token = `iat_${randomUrlSafe(48)}`;
      first.tenant.initialAccessTokens.add(token);
      return token;
    },
  };
}

type People = Pick<FakeLumoAuth, "approveDevice" | "denyDevice" | "logIn" | "expireAccessTokens">;

/** What people do who log in, and what time does. */
function createPeople(state: State, { tenant, user, client }: Furnished, { now }: Settings): People {
  const decide = (userCode: string, verdict: "approved" | "denied"): void => {
    decideOnDevice(state.tenants(), userCode, verdict);
  };
  return {
    approveDevice: (userCode) => {
      decide(userCode, "approved");
    },
    denyDevice: (userCode) => {
      decide(userCode, "denied");
    },
    logIn: ({ scopes = client.scopes } = {}) => {
      const grant = { client, user, scopes };
      noteLogin(grant, now());
      return { accessToken: tenant.tokens.addAccess(grant, scopes), refreshToken: tenant.tokens.addRefresh(grant) };
    },
    expireAccessTokens: () => {
      for (const one of state.tenants()) one.tokens.endAllAccess();
    },
  };
}

function shownTenant({ slug, orgId }: TenantRecord, { prefix }: Settings): FakeLumoAuthTenant {
  return { slug, orgId, pathPrefix: prefix === "t" ? `/t/${slug}/api/v1` : `/orgs/${orgId}/api/v1` };
}
