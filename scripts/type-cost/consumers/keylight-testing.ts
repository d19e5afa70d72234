/** Every call that `keylight/testing` offers. Never run: `npm run types:check` compiles it against the built declarations. */
import {
  createFakeCloudTower,
  createFakeLumar,
  createFakeLuminary,
  createFakeLumoAuth,
  sessionStoreContract,
  type FakeCloudTowerOptions,
  type FakeLumarOptions,
  type FakeLuminaryOptions,
  type FakeLumoAuthOptions,
  type FakeServer,
  type Fault,
} from "keylight/testing";

const lumarOptions: FakeLumarOptions = { now: () => 0, errors: { permission: { status: 403 } }, rateLimit: { requests: 10, perMs: 1_000 } };
const cloudTowerOptions: FakeCloudTowerOptions = { now: () => 0, lockout: { failures: 3, forMs: 60_000 }, strategies: ["LDAP"] };
const luminaryOptions: FakeLuminaryOptions = { now: () => 0, redirectPorts: "any", errors: { keyRejected: { status: 401 } } };
const lumoAuthOptions: FakeLumoAuthOptions = { now: () => 0, lists: "meta", rateLimit: { requests: 10, perMs: 1_000, retryAfter: "date" } };

export async function server(fake: FakeServer, fault: Fault): Promise<readonly unknown[]> {
  const listening = await fake.listen({ port: 0, around: (request, next) => next(request) });
  fake.failNext([fault, { status: 503, delay: 10 }]);
  const answer = await fake.handle(new Request(listening.url, { method: "POST", body: "{}" }));
  await listening.close();
  const seen = fake.requests.map(({ operationName, headers, variables, status, dropped, at }) => [operationName, headers["x-api-key"], variables, status, dropped, at]);
  fake.forgetRequests();
  return [fake.handlers, answer.status, ...seen];
}

export function lumar(): readonly unknown[] {
  const fake = createFakeLumar(lumarOptions);
  const { userKey } = fake.createUser({ role: "Editor" });
  const { account } = fake.createAccount({ name: "Other", foreign: true });
  const { token } = fake.openSession(userKey.id);
  const robot = fake.createServiceAccount({ accountId: account.id, name: "robot", roleCode: "Viewer" });
  fake.setRateLimit({ requests: 1, perMs: 1_000, retryAfter: false });
  fake.expireSessions();
  fake.revokeUserKey(userKey.id);
  return [token, robot.name, fake.snapshot().serviceAccounts.map(({ name }) => name), account.id, fake.account.name, fake.userKey.secret];
}

export function cloudTower(): readonly unknown[] {
  const fake = createFakeCloudTower(cloudTowerOptions);
  const { id } = fake.createUser({ username: "ada", source: "LOCAL", role: "READ_ONLY" });
  fake.lockUser(id);
  fake.unlockUser(id);
  fake.setPassword(id, "secret");
  const token = fake.issueToken(id);
  fake.revokeTokens(id);
  const { key } = fake.createApiKey({ userId: id, name: "backup" });
  fake.deleteApiKey(key);
  fake.deleteUser(id);
  const vm = fake.createVm("web");
  fake.lockVm(vm.id);
  fake.unlockVm(vm.id);
  fake.setVersion("4.5.0");
  fake.serve("get-vms", (body) => [body]);
  return [token, fake.listApiKeys().map(({ name }) => name), fake.logins.at(-1)?.outcome, fake.endpoint, fake.user.username, fake.strategies, fake.vms];
}

export function luminary(): readonly unknown[] {
  const fake = createFakeLuminary(luminaryOptions);
  fake.approve({ state: "s" });
  fake.deny({ error: "access_denied" });
  const { accessToken, refreshToken } = fake.logIn();
  fake.expireAccessTokens();
  fake.endLogins();
  const job = fake.createPipelineJob({ pipelineId: fake.pipeline.id, runs: 2 });
  const created = fake.apiKeys.create({ name: "CI", duration: 60 });
  const { active } = fake.apiKeys.revoke(created.id);
  fake.apiKeys.delete(created.id);
  return [accessToken, refreshToken, job.name, active, created.key, fake.apiKeys.list(), fake.auth.clientId, fake.domain, fake.apiKey, fake.pipelineJob];
}

export function lumoAuth(): readonly unknown[] {
  const fake = createFakeLumoAuth(lumoAuthOptions);
  fake.approveDevice("ABCD");
  fake.denyDevice("EFGH");
  const { accessToken } = fake.logIn({ scopes: ["users:read"] });
  fake.expireAccessTokens();
  const { tenant, apiKey } = fake.createTenant({ slug: "other" });
  const key = fake.rotateKey(fake.createKey({ scopes: [] }));
  fake.revokeKey(key);
  fake.deleteKey(apiKey);
  return [accessToken, tenant.pathPrefix, fake.createInitialAccessToken(), fake.apiKey, fake.clientId, fake.user.email, fake.tenant.slug];
}

type Make = Parameters<typeof sessionStoreContract>[0];

export async function contract(make: Make): Promise<readonly string[]> {
  const cases = sessionStoreContract(make);
  for (const test of cases) await test.run();
  return cases.map(({ name }) => name);
}
