/**
 * A server for several tenants, each with a user key of its own:
 *
 *     npx tsx examples/tenants.ts
 *     curl http://127.0.0.1:8080/lc/service-accounts
 *
 * TENANTS=acme,globex makes two: acme is what ACME_USER_KEY_ID, ACME_USER_KEY_SECRET and ACME_ACCOUNT_ID say. Without
 * it there is one, `lc`, whose variables are then those that all examples use.
 */
import { createServer } from "node:http";
import { Client, isKeylightError, me, serviceAccounts, setDefaultClient, withClient } from "keylight";

const shared = new Client({ timeout: 10_000, clientName: "tenants" });
setDefaultClient(shared);

interface Tenant {
  readonly client: Client;
  readonly accountId: string;
}

function tenantOf(name: string): Tenant {
  const variable = (suffix: string): string => process.env[`${name.toUpperCase()}_${suffix}`] ?? "";
  // With the options and connections of the shared client, and a session of its own.
  const client = shared.with({ userKey: { id: variable("USER_KEY_ID"), secret: variable("USER_KEY_SECRET") } });
  return { client, accountId: variable("ACCOUNT_ID") };
}

const tenants = new Map((process.env["TENANTS"] ?? "lc").split(",").map((name) => [name, tenantOf(name)]));

/** Any code of the application, however deep: it is handed no client, and works for whoever it is called for. */
async function report(accountId: string): Promise<object> {
  const [user, list] = await Promise.all([me(), serviceAccounts.list(accountId)]);
  return { user: user.username, serviceAccounts: list.map(({ name, roleCode }) => `${name} (${roleCode})`) };
}

async function answer(path: string): Promise<{ status: number; body: object }> {
  if (path === "/whoami") return { status: 200, body: await me() };
  const [, name = "", page] = path.split("/");
  const tenant = tenants.get(name);
  if (tenant === undefined || page !== "service-accounts") return { status: 404, body: { error: "no such page" } };
  return { status: 200, body: await withClient(tenant.client, () => report(tenant.accountId)) };
}

/** The code of an error is for everybody; the rest of it is for the log. */
function refusal(error: unknown): { status: number; body: object } {
  console.error(error);
  return isKeylightError(error) ? { status: 502, body: { error: error.code } } : { status: 500, body: { error: "internal" } };
}

const server = createServer((request, response) => {
  void answer(request.url ?? "/")
    .catch(refusal)
    .then(({ status, body }) => response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`));
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close(() => void Promise.all([shared, ...[...tenants.values()].map(({ client }) => client)].map((client) => client.close())));
  });
}

server.listen(Number(process.env["PORT"] ?? 8080), "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : "";
  for (const name of tenants.keys()) console.log(`http://127.0.0.1:${port}/${name}/service-accounts`);
});
