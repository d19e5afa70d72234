/**
 * Every call that `keylight` offers, as users would write it. Never run: `npm run types:check` compiles it against the
 * built declarations, counts what that costs the compiler, and fails when a public method is missing here.
 */
import {
  accounts,
  AmbiguousMutationError,
  AuthenticationError,
  Client,
  ClientClosedError,
  ConfigurationError,
  fileSessionStore,
  getDefaultClient,
  GraphQLRequestError,
  isKeylightError,
  KeylightError,
  keyvSessionStore,
  me,
  memorySessionStore,
  NotFoundError,
  PermissionError,
  RateLimitError,
  request,
  ResponseFormatError,
  RestRequestError,
  Secret,
  serviceAccounts,
  SessionStoreError,
  setDefaultClient,
  TimeoutError,
  TransportError,
  UnexpectedRedirectError,
  userKeys,
  ValidationError,
  version,
  withClient,
  type Client as ClientType,
  type ClientOptions,
  type DocumentAst,
  type DocumentText,
  type KeyvLike,
  type Logger,
  type SessionStore,
  type StoredSession,
} from "keylight";

const logger: Logger = {
  error: (message, fields) => console.error(message, fields),
  warn: (message, fields) => console.warn(message, fields),
  info: (message, fields) => console.info(message, fields),
  debug: (message, fields) => console.debug(message, fields),
};

export function makeClients(secret: string, keyv: KeyvLike): readonly Client[] {
  const common: ClientOptions = { timeout: 5_000, retry: { attempts: 0, maxDelay: 500 }, headers: { "x-team": "web" }, logger, logLevel: "info" };
  const byKey = new Client({ ...common, apiKey: () => Promise.resolve(new Secret(secret)), fetch: (...sent) => globalThis.fetch(...sent) });
  const byToken = new Client({ ...common, sessionToken: secret, sessionStore: memorySessionStore(), env: {} });
  const byUser = new Client({ userKey: { id: 132, secret: new Secret(secret) }, sessionStore: fileSessionStore({ directory: ".sessions" }) });
  const shared = byUser.with({ sessionStore: keyvSessionStore(keyv), clientName: "web", clientVersion: version });
  return [byKey, byToken, byUser, shared.with({ sessionStore: ownStore(keyv) })];
}

function ownStore(keyv: KeyvLike): SessionStore {
  const held = new Map<string, StoredSession>();
  keyv.on?.("error", () => undefined);
  return {
    async get(key) {
      await keyv.get(key);
      return held.get(key);
    },
    async set(key, session) {
      await keyv.set(key, session.token, Date.parse(session.expiresAt ?? session.obtainedAt));
      held.set(key, session);
    },
    async delete(key, ifToken) {
      if (ifToken !== undefined && held.get(key)?.token !== ifToken) return;
      await keyv.delete(key);
    },
    withLock: (_key, fn, { timeout, signal }) => (signal.aborted || timeout === 0 ? Promise.reject(new Error("too late")) : fn()),
  };
}

export async function sessions(client: ClientType, signal: AbortSignal): Promise<string> {
  const { obtainedAt, expiresAt } = await client.login({ signal });
  const { id, username } = await client.me({ timeout: 1_000 });
  const api = await client.version();
  await client.logout();
  await client.close();
  return [client.endpoint, obtainedAt, expiresAt, id, username ?? "", api].join(" ");
}

export async function lifecycle(client: Client, keep: (text: string) => Promise<void>): Promise<void> {
  const account = await client.accounts.get("TjAwN0FjY291bnQ3");
  const all = await client.accounts.list({ idempotent: true }).toArray({ limit: 10 });
  for await (const { id, name } of client.accounts.list()) await keep(`${id} ${name ?? ""} of ${all.length}`);
  const created = await client.serviceAccounts.create({ accountId: account.id, name: "CI", roleCode: "Viewer", description: "builds" });
  const changed = await client.serviceAccounts.update(created.id, { name: "CI 2", roleCode: "Editor", enabled: true, description: null });
  const { enabled } = await client.serviceAccounts.disable(changed.id);
  if (!enabled) await client.serviceAccounts.enable(changed.id);
  const { account: owner, role, createdByUser, keys } = await client.serviceAccounts.get(changed.id);
  for (const found of await client.serviceAccounts.list(owner.id)) await keep(`${found.name} ${found.roleCode} ${found.keys.length} ${found.updatedAt}`);
  await keep(`${role.code} ${createdByUser?.username ?? ""} ${keys[0]?.lastUsedAt ?? ""}`);
  await client.serviceAccounts.delete(changed.id);
}

export async function keys(client: Client, serviceAccountId: string, keep: (text: string) => Promise<void>): Promise<void> {
  const { keys: serviceAccountKeys } = client.serviceAccounts;
  const { id, apiKey, secret } = await serviceAccountKeys.create(serviceAccountId, { name: "CI", expiresAt: new Date() });
  await keep(apiKey.reveal() + secret.toString() + secret.toJSON());
  const { key, oldKeyRevoked } = await serviceAccountKeys.rotate(id, { serviceAccountId, verify: true, store: (made) => keep(made.apiKey.reveal()) });
  const { revokedAt } = await serviceAccountKeys.revoke(key.id);
  for (const { name, expiresAt } of await serviceAccountKeys.list(serviceAccountId)) await keep(`${name ?? ""} ${expiresAt ?? revokedAt}`);
  const findings = await serviceAccountKeys.audit("7", { unusedForDays: 30, expiringWithinDays: 7, maxAgeDays: 90 });
  for (const { serviceAccount, key: found, issues } of findings) await keep([serviceAccount.name, found.id, oldKeyRevoked, ...issues].join());
  const userKey = await client.userKeys.create();
  await client.userKeys.delete(userKey.id);
}

interface Answer {
  readonly projects: readonly { readonly id: string; readonly tags?: readonly string[] }[];
}

export async function ownDocuments(
  client: Client,
  node: DocumentAst<Answer, { first: number }>,
  text: DocumentText<Answer, { first: number }>,
): Promise<unknown> {
  const { projects } = await client.request(node, { first: 1 }, { allowPartial: true });
  const { data, errors, headers, status, requestId, attempts } = await client.rawRequest(text, { first: projects.length });
  const plain = await client.request<{ version: string }>("{ version }");
  const { url, body, curl, credential, kind, operationName } = client.explain(text, { first: data.projects.length });
  return [plain.version, errors, headers.get("date"), status, requestId, attempts, url, body, curl, credential?.source, kind, operationName, text.toString()];
}

export async function defaults(client: Client): Promise<unknown> {
  setDefaultClient(client);
  const user = await withClient(getDefaultClient(), () => me());
  const list = await accounts.list().toArray();
  const created = await serviceAccounts.create({ accountId: list[0]?.id ?? 7, name: "CI", roleCode: "Admin" });
  const key = await serviceAccounts.keys.create(created.id);
  return [user.id, key.secret, await userKeys.create(), await request<{ version: string }>("{ version }")];
}

export async function explain(error: unknown): Promise<string> {
  if (!isKeylightError(error)) return "not ours";
  if (error instanceof AmbiguousMutationError) return (await error.recover()).candidates.map(({ id }) => id).join();
  if (error instanceof UnexpectedRedirectError) return error.targetOrigin ?? "";
  if (error instanceof TimeoutError || error instanceof TransportError) return error.phase;
  if (error instanceof ValidationError) return error.issues.map(({ path, message }) => `${path}: ${message}`).join();
  if (error instanceof GraphQLRequestError) return error.errors.map(({ message, code, path }) => [message, code, path?.join(".")].join()).join();
  if (error instanceof ResponseFormatError) return `${error.contentType ?? ""} ${error.byteLength}`;
  if (error instanceof AuthenticationError || error instanceof PermissionError) return error.code;
  if (error instanceof ConfigurationError || error instanceof ClientClosedError) return error.hint ?? "";
  if (error instanceof RateLimitError) return String(error.retryAfterMs);
  if (error instanceof NotFoundError || error instanceof SessionStoreError || error instanceof RestRequestError) return error.message;
  const known: KeylightError = error;
  return `${known.code} ${known.retryable} ${known.mayHaveExecuted} ${known.attempts?.at(-1)?.code ?? ""}`;
}
