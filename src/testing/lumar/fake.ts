import type { RoleCode } from "../../lumar/generated/operations.ts";
import { FaultQueue, type Fault } from "../faults.ts";
import { listen, type Listening } from "../http-server.ts";
import { createHandlers, type MswHandlers } from "../msw.ts";
import { createHandle, type RecordedRequest } from "../pipeline.ts";
import { unauthorized } from "./answers.ts";
import { loadEngine, type Engine } from "./engine.ts";
import { createKeyMutations } from "./key-mutations.ts";
import { resolveOptions, type FakeLumarOptions, type Settings } from "./options.ts";
import { createQueries } from "./queries.ts";
import { createRateLimit } from "./rate-limit.ts";
import { createRefuse } from "./refusal.ts";
import { createServiceAccountMutations } from "./service-account-mutations.ts";
import { readCall } from "./service.ts";
import { createSessionMutations } from "./session-mutations.ts";
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

/** A stateful stand-in for Lumar's GraphQL API, made by {@link createFakeLumar}. */
export interface FakeLumar {
  /**
   * Handlers for MSW's `setupServer` and `setupWorker`, for every request to the endpoint.
   * @throws Error when it is read and msw, an optional peer, cannot be loaded.
   */
  readonly handlers: MswHandlers;
  /**
   * Answers one request: the one implementation behind `handlers` and `listen`. A dropped connection is `Response.error()`,
   * one that drops in the body a response whose body fails half-way.
   * @throws Error if the package graphql, an optional peer, is not installed.
   */
  handle(request: Request): Promise<Response>;
  /**
   * Listens on 127.0.0.1, at `/graphql`.
   * @param options `port`: default any free one.
   */
  listen(options?: { readonly port?: number }): Promise<Listening>;
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
  /** Ends all sessions that are open now. */
  expireSessions(): void;
  /**
   * Deletes a user key, as `deleteUserKey` would: later logins with it are refused.
   * @throws Error if there is no such key.
   */
  revokeUserKey(id: string): void;
  /**
   * Lets the next request fail, or the next requests one after the other.
   * @throws RangeError for a status that no answer can have.
   */
  failNext(fault: Fault | readonly Fault[]): void;
  /** All requests to the endpoint so far, also the refused ones, with their real headers. */
  readonly requests: readonly RecordedRequest[];
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
  const faults = new FaultQueue();
  const requests: RecordedRequest[] = [];
  const overLimit = createRateLimit(settings);
  let engine: Promise<Engine> | undefined;
  const handle = createHandle({
    now: settings.now,
    faults,
    requests,
    unauthorized,
    read: async (request) => {
      engine ??= loadEngine(createResolvers(state, settings));
      const call = await readCall(request, await engine, state, settings);
      return { ...call, execute: async () => overLimit() ?? (await call.execute()) };
    },
  });
  let handlers: MswHandlers | undefined;
  return {
    get handlers() {
      return (handlers ??= createHandlers(settings.endpoint, handle));
    },
    handle,
    listen: ({ port = 0 } = {}) => listen(handle, "/graphql", port),
    account: shownAccount(first.account),
    userKey: shownKey(first.userKey),
    ...createControls(state, first),
    failNext: (fault) => {
      faults.add(isList(fault) ? fault : [fault]);
    },
    requests,
  };
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

type Controls = Pick<FakeLumar, "createUser" | "createAccount" | "expireSessions" | "revokeUserKey">;

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
    expireSessions: () => {
      state.deleteAllSessions();
    },
    revokeUserKey: (id) => {
      const key = state.userKey(id);
      if (key === undefined) throw new Error(`There is no user key ${id}.`);
      state.deleteUserKey(key);
    },
  };
}

function shownAccount({ id, name }: AccountRecord): FakeAccount {
  return { id, name };
}

function shownKey({ id, secret }: UserKeyRecord): FakeUserKey {
  return { id, secret };
}

// `Array.isArray` does not narrow readonly arrays.
function isList(fault: Fault | readonly Fault[]): fault is readonly Fault[] {
  return Array.isArray(fault);
}
