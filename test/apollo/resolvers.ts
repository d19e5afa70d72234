import { randomBytes } from "node:crypto";
import { globalId, instant, refusal, type KeyRow, type ServiceAccountRow, type State } from "./state.ts";

/** Who calls, by the headers alone. */
export interface Context {
  readonly state: State;
  readonly token: string | undefined;
  readonly apiKey: string | undefined;
}

type Resolver<T = Record<string, unknown>> = (parent: unknown, given: T, context: Context) => unknown;
type Input<T> = Resolver<{ input: T }>;

function enter({ state, token, apiKey }: Context): "user" | "key" {
  if (token !== undefined && apiKey === undefined && state.sessions.has(token)) return "user";
  const key = apiKey === undefined || token !== undefined ? undefined : state.opens(apiKey);
  if (key !== undefined) {
    key.lastUsedAt = instant();
    return "key";
  }
  const status = state.unauthenticatedStatus === 401 ? 401 : undefined;
  throw refusal("Unauthorized. Please provide a valid authentication token.", "UNAUTHENTICATED", status);
}

function manage(context: Context): State {
  if (enter(context) === "key") throw refusal("Unauthorized", "UNAUTHORIZED");
  return context.state;
}

const queries: Record<string, Resolver<{ id: string }>> = {
  version: () => "apollo-1",
  me: (_, __, context) => {
    enter(context);
    return context.state.user;
  },
  node: (_, { id }, context) => {
    enter(context);
    const { account, user, serviceAccounts } = context.state;
    return [account, user].find((one) => one.id === id) ?? serviceAccounts.get(id) ?? null;
  },
  serviceAccount: (_, { id }, context) => {
    enter(context);
    return context.state.serviceAccount(id);
  },
};

const createSessionUsingUserKey: Input<{ userKeyId: string; secret: string }> = (_, { input }, { state, token, apiKey }) => {
  if (token !== undefined || apiKey !== undefined) throw refusal("A login carries no credential.", "BAD_REQUEST", 400);
  if (state.userKeys.get(input.userKeyId) !== input.secret) throw refusal("Incorrect user key ID or secret.", "INCORRECT_USER_KEY_ID_OR_SECRET");
  const made = randomBytes(64).toString("hex");
  state.sessions.add(made);
  return { token: made };
};

const createServiceAccount: Input<Pick<ServiceAccountRow, "name" | "roleCode"> & { description?: string }> = (_, { input }, context) => {
  const state = manage(context);
  const { name, roleCode, description = null } = input;
  const number = state.next();
  const id = globalId("ServiceAccount", number);
  const now = instant();
  const row: ServiceAccountRow = { __typename: "ServiceAccount", id, number, name, description, roleCode, enabled: true, createdAt: now, updatedAt: now, keys: [] };
  state.serviceAccounts.set(id, row);
  return { serviceAccount: row };
};

const createServiceAccountKey: Input<{ serviceAccountId: string; name?: string; expiresAt?: string }> = (_, { input }, context) => {
  const state = manage(context);
  const owner = state.serviceAccount(input.serviceAccountId);
  if (input.name === "refused") throw refusal("'name' is reserved.", "BAD_USER_INPUT");
  const text = `lmr_sa_${owner.number}_${randomBytes(36).toString("base64url")}`;
  const key: KeyRow = {
    __typename: "ServiceAccountKey",
    id: globalId("ServiceAccountKey", state.next()),
    name: input.name ?? null,
    text,
    lastUsedAt: null,
    expiresAt: input.expiresAt ?? null,
    revokedAt: null,
    createdAt: instant(),
  };
  owner.keys.push(key);
  return { ...key, secret: text };
};

const withoutInput: Record<string, Resolver> = {
  deleteSession: (_, __, context) => {
    const { sessions } = manage(context);
    sessions.delete(context.token ?? "");
    return { token: context.token };
  },
  createUserKey: (_, __, context) => {
    const state = manage(context);
    const id = globalId("UserKey", state.next());
    const secret = randomBytes(36).toString("hex");
    state.userKeys.set(id, secret);
    return { id, secret };
  },
};

const mutations: Record<string, Input<never> | Resolver> = {
  ...withoutInput,
  createSessionUsingUserKey,
  createServiceAccount,
  createServiceAccountKey,
  updateServiceAccount: ((_, { input }, context) => {
    const { serviceAccountId, ...changes } = input;
    const row = manage(context).serviceAccount(serviceAccountId);
    return { serviceAccount: Object.assign(row, changes, { updatedAt: instant() }) };
  }) satisfies Input<Partial<ServiceAccountRow> & { serviceAccountId: string }>,
  deleteServiceAccount: ((_, { input }, context) => {
    const state = manage(context);
    const serviceAccount = state.serviceAccount(input.serviceAccountId);
    state.serviceAccounts.delete(serviceAccount.id);
    return { serviceAccount };
  }) satisfies Input<{ serviceAccountId: string }>,
  revokeServiceAccountKey: ((_, { input }, context) => {
    const key = manage(context).key(input.serviceAccountKeyId);
    key.revokedAt ??= instant();
    return { serviceAccountKey: key };
  }) satisfies Input<{ serviceAccountKeyId: string }>,
  deleteUserKey: ((_, { input }, context) => {
    manage(context).userKeys.delete(input.userKeyId);
    return { userKey: { id: input.userKeyId } };
  }) satisfies Input<{ userKeyId: string }>,
};

/** Resolvers for `graphql/lumar/schema.graphql`. */
export const resolvers = {
  Query: queries,
  Mutation: mutations,
  Node: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  Account: { serviceAccounts: (_: unknown, __: unknown, { state }: Context) => [...state.serviceAccounts.values()] },
  User: {
    accounts: (_: unknown, __: unknown, { state: { account } }: Context) => {
      const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: "c", endCursor: "c" };
      return { nodes: [account], edges: [{ node: account, cursor: "c" }], pageInfo, totalCount: 1 };
    },
    // Partial data: this field fails, and those beside it do not.
    username: ({ username }: { username: string }, __: unknown, { apiKey }: Context) => {
      if (apiKey !== undefined) throw new Error("upstream is away");
      return username;
    },
  },
  ServiceAccount: {
    account: (_: unknown, __: unknown, { state }: Context) => state.account,
    createdByUser: (_: unknown, __: unknown, { state }: Context) => state.user,
    role: ({ roleCode }: ServiceAccountRow) => ({ code: roleCode, name: `The ${roleCode}` }),
  },
};
