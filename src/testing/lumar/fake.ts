import type { RoleCode } from "../../lumar/generated/operations.ts";
import { createFakeServer, type FakeServer, type Place } from "../shared/fake-server.ts";
import type { Engine } from "../shared/graphql/engine.ts";
import type { Service } from "../shared/pipeline.ts";
import { unauthorized } from "./answers.ts";
import { loadLumarEngine } from "./engine.ts";
import { createKeyMutations } from "./key-mutations.ts";
import { resolveOptions, type FakeLumarOptions, type FakeLumarRateLimit, type Settings } from "./options.ts";
import { createQueries } from "./queries.ts";
import { createOverLimit } from "./rate-limit.ts";
import { createRefuse } from "./refusal.ts";
import { createServiceAccountMutations } from "./service-account-mutations.ts";
import { readCall } from "./service.ts";
import { createSessionMutations } from "./session-mutations.ts";
import { shownSession, takeSnapshot, type FakeLumarSession, type FakeLumarSnapshot } from "./snapshot.ts";
import { State, type AccountRecord, type UserKeyRecord, type UserRecord } from "./state.ts";
import { createViews } from "./views.ts";

/** An id and the name that goes with it. */
export interface FakeAccount {
  readonly id: string;
  readonly name: string;
}

/** What a user logs in with. */
export interface FakeUserKey {
  readonly id: string;
  readonly secret: string;
}

/** A stateful stand-in for Lumar's GraphQL API, made by {@link createFakeLumar}; it listens at `/graphql`. */
export interface FakeLumar extends FakeServer {
  /** The account that exists from the start. */
  readonly account: FakeAccount;
  /** The user key of the Admin user who exists from the start. */
  readonly userKey: FakeUserKey;
  /** Makes another user of {@link FakeLumar.account}, with a user key of its own. */
  createUser(input: { readonly role: RoleCode }): { readonly userKey: FakeUserKey };
  /**
   * Makes another account.
   * @param input `name`: default a made-up one; `foreign`: whether it has an Admin user of its own instead of the first one.
   * @returns the account, and the user key of its Admin user.
   */
  createAccount(input?: { readonly name?: string; readonly foreign?: boolean }): { readonly account: FakeAccount; readonly userKey: FakeUserKey };
  /**
   * Makes a service account, as its Admin user would.
   * @param input `accountId`: default {@link FakeLumar.account}; `name`: default a made-up one; `roleCode`: default Viewer.
   * @throws Error if there is no such account.
   */
  createServiceAccount(input?: { readonly accountId?: string; readonly name?: string; readonly roleCode?: RoleCode }): {
    readonly id: string;
    readonly name: string;
  };
  /** Ends all sessions that are open now. */
  expireSessions(): void;
  /**
   * Deletes a user key, as `deleteUserKey` would: later logins with it are refused.
   * @throws Error if there is no such key.
   */
  revokeUserKey(id: string): void;
  /**
   * Opens a session without a login request.
   * @param userKeyId - whose it is; default {@link FakeLumar.userKey}.
   * @throws Error if there is no such key.
   */
  openSession(userKeyId?: string): FakeLumarSession;
  /**
   * Limits the requests from now on, in a new window.
   * @param limit - none lifts the limit.
   */
  setRateLimit(limit?: FakeLumarRateLimit): void;
  /** What the server keeps, as it is now. Of secrets it holds the tokens of sessions alone. */
  snapshot(): FakeLumarSnapshot;
}

/**
 * Makes a fake Lumar server that keeps accounts, users, keys and sessions in memory, and executes the real schema. Needs the
 * package graphql, 16 or 17.
 * @example
 * ```ts
 * const fake = createFakeLumar();
 * const server = setupServer(...fake.handlers);
 * const client = new Client({ userKey: fake.userKey });
 * ```
 */
export function createFakeLumar(options: FakeLumarOptions = {}): FakeLumar {
  const settings = resolveOptions(options);
  const state = new State(settings);
  const first = createFirstUser(state);
  let overLimit = createOverLimit(settings.rateLimit, settings.now);
  let engine: Promise<Engine> | undefined;
  const service: Service = {
    now: settings.now,
    unauthorized: () => unauthorized,
    read: async (received) => {
      engine ??= loadLumarEngine(createResolvers(state, settings));
      const call = readCall(received, await engine, state, settings);
      return { ...call, execute: async () => overLimit() ?? (await call.execute()) };
    },
  };
  const path = "/graphql";
  const place: Place = { urls: [settings.endpoint], path, serves: (asked) => asked === path };
  return Object.assign(createFakeServer(service, place), {
    account: shownAccount(first.account),
    userKey: shownKey(first.userKey),
    ...createControls(state, first),
    ...createSessionControls(state, first),
    setRateLimit: (limit?: FakeLumarRateLimit) => {
      overLimit = createOverLimit(limit, settings.now);
    },
    snapshot: () => takeSnapshot(state),
  });
}

interface First {
  readonly account: AccountRecord;
  readonly user: UserRecord;
  readonly userKey: UserKeyRecord;
}

function createFirstUser(state: State): First {
  const account = state.addAccount("Example account");
  const user = state.addUser(new Map([[account, "Admin"]]));
  return { account, user, userKey: state.addUserKey(user) };
}

function createResolvers(state: State, settings: Settings): object {
  const refuse = createRefuse(settings);
  const workshop = { state, settings, refuse, views: createViews(state, settings, refuse) };
  return {
    ...createQueries(workshop),
    ...createSessionMutations(workshop),
    ...createServiceAccountMutations(workshop),
    ...createKeyMutations(workshop),
  };
}

type Controls = Pick<FakeLumar, "createUser" | "createAccount" | "createServiceAccount">;

function createControls(state: State, first: First): Controls {
  let accounts = 1;
  return {
    createUser: ({ role }) => ({ userKey: shownKey(state.addUserKey(state.addUser(new Map([[first.account, role]])))) }),
    createAccount: ({ name, foreign = false } = {}) => {
      accounts += 1;
      const account = state.addAccount(name ?? `Example account ${String(accounts)}`);
      if (foreign) {
        const user = state.addUser(new Map([[account, "Admin"]]));
        return { account: shownAccount(account), userKey: shownKey(state.addUserKey(user)) };
      }
      first.user.roles.set(account, "Admin");
      return { account: shownAccount(account), userKey: shownKey(first.userKey) };
    },
    createServiceAccount: ({ accountId = first.account.id, name = "Example service account", roleCode = "Viewer" } = {}) => {
      const account = state.account(accountId);
      if (account === undefined) throw new Error(`There is no account ${accountId}.`);
      const { id } = state.addServiceAccount({ account, createdBy: first.user, name, description: null, roleCode });
      return { id, name };
    },
  };
}

type SessionControls = Pick<FakeLumar, "expireSessions" | "revokeUserKey" | "openSession">;

function createSessionControls(state: State, first: First): SessionControls {
  const keyOf = (id: string): UserKeyRecord => {
    const key = state.userKey(id);
    if (key === undefined) throw new Error(`There is no user key ${id}.`);
    return key;
  };
  return {
    expireSessions: () => {
      state.deleteAllSessions();
    },
    revokeUserKey: (id) => {
      state.deleteUserKey(keyOf(id));
    },
    openSession: (userKeyId = first.userKey.id) => shownSession(state.addSession(keyOf(userKeyId))),
  };
}

function shownAccount({ id, name }: AccountRecord): FakeAccount {
  return { id, name };
}

function shownKey({ id, secret }: UserKeyRecord): FakeUserKey {
  return { id, secret };
}
