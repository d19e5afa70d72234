import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { Client, memorySessionStore } from "keylight";
import { CloudTowerClient } from "keylight/cloudtower";
import { LuminaryClient } from "keylight/luminary";
import { LumoAuthClient } from "keylight/lumoauth";
import { portTrouble } from "../../../src/cli/sandbox/ports.ts";
import { startSandbox, type Sandbox } from "../../../src/cli/sandbox/start.ts";
import { sizesOf } from "../../../scripts/sandbox/build.ts";
import type { CallReport } from "../../../src/cli/sandbox/protocol.ts";
import { builtPage, json, press, sandboxOf, send, viewOf } from "./support.ts";

const portOf = (url: string): number => Number(new URL(url).port);

describe("the variables of a sandbox", () => {
  test("are all that clients need, also all together", async () => {
    const { env, fakes } = await sandboxOf();
    expect((await new Client({ env }).me()).username).toBe("user102@example.com");
    expect(await new CloudTowerClient({ env }).post<object[]>("get-vms", {})).toHaveLength(2);
    expect(await new LumoAuthClient({ env }).users.list().toArray()).toHaveLength(1);
    const luminary = new LuminaryClient({ env, sessionStore: memorySessionStore(), interactive: true, auth: { open: follow } });
    expect(await luminary.request<object[]>("GET", "pipelines")).toHaveLength(1);
    expect(Object.values(fakes).every(({ requests }) => requests.every(({ status }) => status < 400))).toBe(true);
  });

  test("hold Luminary Cloud's key only by themselves, since Lumar would take it for its own", async () => {
    const { env, services } = await sandboxOf();
    expect(env).not.toHaveProperty("LC_API_KEY");
    expect(services.luminary.note).toContain("LC_API_KEY");
    expect(await new LuminaryClient({ env: services.luminary.env }).request<object[]>("GET", "pipelines")).toHaveLength(1);
  });
});

/** As a browser does that is logged in already. */
async function follow(url: string): Promise<void> {
  await fetch(url);
}

describe("the ports of a sandbox", () => {
  test("follow each other where the first one is given", async () => {
    const first = await fiveFreePorts();
    const { url, services } = await sandboxOf({ port: first });
    expect([url, ...Object.values(services).map((service) => service.url)].map(portOf)).toEqual([0, 1, 2, 3, 4].map((next) => first + next));
  });

  test.each([0, 1, 4])("say so when one is taken, number %i, and leave the others free", async (taken) => {
    const first = await fiveFreePorts();
    const occupant = await listening(first + taken);
    await expect(startSandbox({ port: first })).rejects.toMatchObject({
      message: `port ${first + taken} of 127.0.0.1 is taken`,
      hint: "Choose another by --port, which takes the next four too, or leave --port out to use free ones.",
    });
    await stop(occupant);
    await sandboxOf({ port: first });
  });

  test("say so when one may not be used, and leave other trouble as it is", () => {
    const refused = Object.assign(new Error("listen EACCES: permission denied 127.0.0.1:80"), { code: "EACCES" });
    expect(portTrouble(refused, 80)).toMatchObject({ message: "port 80 of 127.0.0.1 may not be used", hint: expect.stringContaining("Choose another by --port") as string });
    const other = new Error("something else");
    expect(portTrouble(other, 80)).toBe(other);
  });

  test("are free again once it has closed, whatever was open", async () => {
    const first = await fiveFreePorts();
    const sandbox = await startSandbox({ port: first, page: "/nowhere" });
    const events = await fetch(`${sandbox.url}/api/events`);
    await press(sandbox, "fail", { service: "lumar", trouble: "delay", times: 1 });
    const pending = fetch(sandbox.services.lumar.url, { method: "POST", headers: { "content-type": "application/json" }, body: '{"query":"{ version }"}' });
    const dropped = expect(pending).rejects.toThrow(TypeError);
    await expect.poll(() => sandbox.fakes.lumar.requests.length).toBe(1);
    const began = Date.now();
    await sandbox.close();
    await sandbox.close();
    await dropped;
    expect(Date.now() - began).toBeLessThan(1_000);
    expect((await events.text()).endsWith("event: end\ndata:\n\n")).toBe(true);
    await sandboxOf({ port: first });
  });

  async function fiveFreePorts(): Promise<number> {
    // Below the ports that the system gives out by itself.
    const first = 20_000 + Math.floor(Math.random() * 12_000);
    const servers = await Promise.allSettled([0, 1, 2, 3, 4].map((next) => listening(first + next)));
    await Promise.all(servers.flatMap((server) => (server.status === "fulfilled" ? [stop(server.value)] : [])));
    return servers.every(({ status }) => status === "fulfilled") ? first : fiveFreePorts();
  }

  async function listening(port: number): Promise<Server> {
    const server = createServer().listen(port, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    return server;
  }

  const stop = (server: Server) => new Promise((resolve) => server.close(resolve));
});

describe("the buttons", () => {
  const call = (service = "lumar", times = 1, what = "client.me()") => ({ service, call: what, times });

  test("50 calls that meet ended sessions make one login", async () => {
    const sandbox = await sandboxOf();
    await press(sandbox, "call", call());
    await press(sandbox, "control", { service: "lumar", control: "expire" });
    const report = await press<CallReport>(sandbox, "call", call("lumar", 50));
    expect(report).toMatchObject({ calls: 50, succeeded: 50, failures: [], logins: 1, answer: "user102@example.com" });
    expect(Object.fromEntries(report.statuses)).toMatchObject({ 200: 50 });
    expect(sandbox.fakes.lumar.requests.filter(({ operationName }) => operationName === "LoginWithUserKey")).toHaveLength(2);
    expect(report.requests).toBe(sandbox.fakes.lumar.requests.length - 2);
  });

  test("a revoked user key is told as such, and a new one works, here and in the variables", async () => {
    const sandbox = await sandboxOf();
    const userKey = { service: "lumar", control: "user-key" };
    await press(sandbox, "control", userKey);
    expect(await press(sandbox, "call", call("lumar", 2))).toMatchObject({ succeeded: 0, failures: [{ count: 2, code: "INVALID_CREDENTIALS", mayHaveExecuted: false }], logins: 1 });
    expect((await viewOf(sandbox)).services[0]?.controls[1]?.label).toBe("Make a new user key");
    await press(sandbox, "control", userKey);
    expect(await press(sandbox, "call", call())).toMatchObject({ succeeded: 1 });
    const env = (await viewOf(sandbox)).services[0]?.env ?? {};
    expect((await new Client({ env }).me()).username).not.toBe("user102@example.com");
  });

  test.each([
    ["401", { succeeded: 1, logins: 1, statuses: [["401", 1], ["200", 1]] }],
    ["429", { succeeded: 1, logins: 0, statuses: [["429", 1], ["200", 1]] }],
    ["503", { succeeded: 1, logins: 0, statuses: [["503", 1], ["200", 1]] }],
    ["drop-before", { succeeded: 1, statuses: [["dropped", 1], ["200", 1]] }],
    ["drop-after", { succeeded: 1, statuses: [["dropped", 1], ["200", 1]] }],
    ["drop-body", { succeeded: 1, statuses: [["dropped", 1], ["200", 1]] }],
    ["delay", { succeeded: 1, statuses: [["200", 1]] }],
    ["500", { succeeded: 0, statuses: [["500", 1]] }],
  ])("trouble %s comes over the next request, and keylight deals with it", async (trouble, expected) => {
    const sandbox = await sandboxOf();
    await press(sandbox, "call", call());
    await press(sandbox, "fail", { service: "lumar", trouble, times: 1 });
    expect(await press(sandbox, "call", call())).toMatchObject(expected);
    expect(await press(sandbox, "call", call())).toMatchObject({ succeeded: 1, requests: 1 });
  });

  test("a write whose answer is lost says that it may have run", async () => {
    const sandbox = await sandboxOf();
    await press(sandbox, "call", call());
    await press(sandbox, "fail", { service: "lumar", trouble: "drop-after", times: 1 });
    const report = await press<CallReport>(sandbox, "call", call("lumar", 1, "client.serviceAccounts.create(…)"));
    expect(report).toMatchObject({ succeeded: 0, requests: 1, failures: [{ mayHaveExecuted: true }] });
    expect((await viewOf(sandbox)).services[0]?.tables[2]?.rows.map(([, name]) => name)).toEqual(["Nightly report", "Robot 1"]);
  });

  test("the rate limit holds until it is lifted", async () => {
    const sandbox = await sandboxOf();
    await press(sandbox, "call", call());
    await press(sandbox, "rate-limit", { service: "lumar", requests: 1, seconds: 3_600 });
    expect(await press(sandbox, "call", call("lumar", 2))).toMatchObject({ succeeded: 1, failures: [{ code: "RATE_LIMITED" }] });
    expect((await viewOf(sandbox)).services[0]?.rateLimit).toEqual({ requests: 1, seconds: 3_600 });
    await press(sandbox, "rate-limit", { service: "lumar", off: true });
    expect(await press(sandbox, "call", call("lumar", 2))).toMatchObject({ succeeded: 2 });
  });

  test.each([
    ["cloudtower", "expire", 'client.post("get-vms")', { logins: 1, statuses: [["401", 1], ["200", 1]] }],
    ["lumoauth", "rotate", "client.users.list()", { logins: 0, statuses: [["200", 1]] }],
    ["luminary", "replace", 'client.request("GET", "pipelines")', { logins: 0, statuses: [["200", 1]] }],
  ])("%s goes on after %s", async (service, control, what, expected) => {
    const sandbox = await sandboxOf();
    await press(sandbox, "call", call(service, 1, what));
    const before = (await viewOf(sandbox)).services.find(({ name }) => name === service)?.env;
    await press(sandbox, "control", { service, control });
    expect(await press(sandbox, "call", call(service, 1, what))).toMatchObject({ succeeded: 1, ...expected });
    const after = (await viewOf(sandbox)).services.find(({ name }) => name === service)?.env;
    expect(JSON.stringify(after) === JSON.stringify(before)).toBe(control === "expire");
  });
});

describe("what a server keeps", () => {
  const tableOf = async (sandbox: Sandbox, title: string) => (await viewOf(sandbox)).services[0]?.tables.find((table) => table.title === title)?.rows;

  test("is shown as a program leaves it: a disabled service account, and a key that has no name and was revoked", async () => {
    const sandbox = await sandboxOf();
    const { serviceAccounts } = new Client({ env: sandbox.env });
    const { id } = await serviceAccounts.create({ accountId: sandbox.env["LC_ACCOUNT_ID"] ?? "", name: "CI", roleCode: "Editor" });
    const key = await serviceAccounts.keys.create(id);
    expect(await tableOf(sandbox, "Service-account keys")).toEqual([["CI", "–", "–", "–"]]);
    await serviceAccounts.keys.revoke(key.id);
    await serviceAccounts.disable(id);
    expect(await tableOf(sandbox, "Service accounts")).toEqual([[expect.any(String), "Nightly report", "Viewer", "yes"], [id, "CI", "Editor", "no"]]);
    expect(await tableOf(sandbox, "Service-account keys")).toEqual([["CI", "–", "–", expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)]]);
    expect(await tableOf(sandbox, "Sessions")).toEqual([["#1", "user102@example.com", expect.stringMatching(/^\d{4}-/)]]);
  });
});

describe("the list of requests", () => {
  test("shows the last ones of all services, and no credential in any header", async () => {
    const sandbox = await sandboxOf();
    for (const { name, calls } of (await viewOf(sandbox)).services) await press(sandbox, "call", { service: name, call: calls[0], times: 1 });
    const { log } = await viewOf(sandbox);
    expect(log.map(({ service, operation, isLogin, credential }) => [service, operation, isLogin, credential])).toEqual([
      ["lumar", "LoginWithUserKey", true, "none"],
      ["lumar", "Me", false, "x-auth-token #1"],
      ["cloudtower", "login", true, "none"],
      ["cloudtower", "get-vms", false, "authorization #1"],
      ["lumoauth", "GET /admin/users", false, "authorization #1"],
      ["luminary", "ListPipelines", false, "x-api-key #1"],
    ]);
    const text = JSON.stringify(log);
    const secrets = Object.values(sandbox.fakes).flatMap(({ requests }) => requests.flatMap(({ headers }) => [headers["x-auth-token"], headers["x-api-key"], headers["authorization"]?.replace("Bearer ", "")]));
    const known = secrets.filter((secret) => secret !== undefined);
    expect(known).toHaveLength(4);
    for (const secret of [...known, ...Object.entries(sandbox.env).flatMap(([name, value]) => (/SECRET|PASSWORD|KEY$/.test(name) ? [value] : []))]) expect(text).not.toContain(secret);
  });

  test("redacts a known credential wherever it stands", async () => {
    const sandbox = await sandboxOf();
    await press(sandbox, "call", { service: "lumar", call: "client.me()", times: 1 });
    const token = sandbox.fakes.lumar.requests[1]?.headers["x-auth-token"] ?? "";
    const headers = { "content-type": "application/json", "x-note": `token ${token}`, cookie: "a=b", "x-other": "harmless" };
    await send(sandbox.services.lumar.url, { method: "POST", headers, body: '{"query":"{ version }"}' });
    expect((await viewOf(sandbox)).log.at(-1)?.headers).toMatchObject({ "x-note": "[redacted]", cookie: "[redacted]", "x-other": "harmless" });
  });

  test("keeps the last 300, however many come, and the fakes forget as well", async () => {
    const sandbox = await sandboxOf();
    for (let round = 0; round < 22; round += 1) await press(sandbox, "call", { service: "lumar", call: "client.me()", times: 100 });
    const { log } = await viewOf(sandbox);
    expect(log).toHaveLength(300);
    expect(log.at(-1)?.id).toBe(2_201);
    expect(sandbox.fakes.lumar.requests.length).toBeLessThan(2_000);
    await press(sandbox, "clear", {});
    expect((await viewOf(sandbox)).log).toEqual([]);
  });

  test("is sent to pages that listen, when something changes", async () => {
    const sandbox = await sandboxOf();
    const { body } = await fetch(`${sandbox.url}/api/events`);
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    onTestFinished(() => reader?.cancel());
    let text = (await reader?.read())?.value ?? "";
    expect(text).toContain('"log":[]');
    await new Client({ env: sandbox.env }).me();
    while (!/"operation":"Me".*"status":200.*\n\n$/.test(text)) text += (await reader?.read())?.value ?? "";
  });
});

describe("GraphiQL's requests", () => {
  const me = { query: "query Whoami { me { username } }", operationName: "Whoami" };

  test("are answered as the Admin user, also after the sessions ended, and with another credential where one is given", async () => {
    const sandbox = await sandboxOf();
    const known = { status: 200, body: { data: { me: { username: "user102@example.com" } } } };
    expect(await press(sandbox, "graphql", me)).toEqual(known);
    expect(await press(sandbox, "graphql", me)).toEqual(known);
    await press(sandbox, "control", { service: "lumar", control: "expire" });
    expect(await press(sandbox, "graphql", me)).toEqual(known);
    expect(sandbox.fakes.lumar.requests.map(({ operationName }) => operationName)).toEqual(["Whoami", "Whoami", "Whoami"]);
    expect(await press(sandbox, "graphql", { ...me, headers: { "X-Auth-Token": "bad" } })).toMatchObject({ status: 401, body: { errors: [{ extensions: { code: "UNAUTHENTICATED" } }] } });
  });

  test("with a header that no request can carry are answered with what is wrong", async () => {
    const sandbox = await sandboxOf();
    const { status, text } = await send(`${sandbox.url}/api/graphql`, { method: "POST", headers: json, body: JSON.stringify({ ...me, headers: { "x-api-key": "a\nb" } }) });
    expect([status, JSON.parse(text)]).toEqual([500, { message: expect.stringContaining("invalid header value") }]);
    expect(sandbox.fakes.lumar.requests).toHaveLength(0);
  });

  test("show what goes wrong as an answer", async () => {
    const sandbox = await sandboxOf();
    for (const trouble of ["503", "drop-before", "drop-body"]) await press(sandbox, "fail", { service: "lumar", trouble, times: 1 });
    expect(await press(sandbox, "graphql", me)).toMatchObject({ status: 503, body: { errors: [{ message: expect.stringContaining("Status 503") as string }] } });
    expect(await press(sandbox, "graphql", me)).toMatchObject({ body: { errors: [{ message: "The connection was dropped." }] } });
    expect(await press(sandbox, "graphql", me)).toMatchObject({ body: { errors: [{ message: "The connection was dropped in the middle of the answer." }] } });
    await press(sandbox, "control", { service: "lumar", control: "user-key" });
    await press(sandbox, "control", { service: "lumar", control: "expire" });
    expect(await press(sandbox, "graphql", me)).toMatchObject({ status: 401 });
  });
});

describe("the page's files", () => {
  test("are served as what they are", async () => {
    const sandbox = await sandboxOf({ page: await builtPage() });
    const types = { "/": "text/html", "/page.js": "text/javascript", "/style.css": "text/css", "/graphiql": "text/html", "/graphiql.js": "text/javascript", "/graphiql.css": "text/css" };
    for (const [path, type] of Object.entries(types)) {
      const { status, headers, text } = await send(`${sandbox.url}${path}`);
      expect([path, status, headers["content-type"]]).toEqual([path, 200, `${type}; charset=utf-8`]);
      expect(text.length).toBeGreaterThan(200);
    }
    for (const path of ["/index.html", "/../package.json", "/%2e%2e/package.json", "/favicon.ico", "//"]) expect((await send(`${sandbox.url}${path}`)).status).toBe(404);
  });

  test("let GraphiQL's script, which is given a new nonce each time, make styles, and nobody else", async () => {
    const sandbox = await sandboxOf({ page: await builtPage() });
    const nonces = await Promise.all([1, 2].map(async () => {
      const { headers, text } = await send(`${sandbox.url}/graphiql`);
      const nonce = /<script type="module" nonce="([\w-]{24})"/.exec(text)?.[1] ?? "none";
      expect(headers["content-security-policy"]).toContain(`script-src 'self'; style-src 'self' 'nonce-${nonce}';`);
      return nonce;
    }));
    expect(new Set(nonces).size).toBe(2);
    expect((await send(sandbox.url)).headers["content-security-policy"]).not.toContain("nonce");
  });

  test("weigh less than 450 kB, gzipped", async () => {
    const sizes = sizesOf(await builtPage());
    expect(sizes.map(({ file }) => file).sort()).toEqual(["graphiql.css", "graphiql.html", "graphiql.js", "index.html", "page.js", "style.css"]);
    expect(sizes.reduce((sum, { zipped }) => sum + zipped, 0)).toBeLessThan(450_000);
  });

  test("say how to make them where they are missing, while the fakes work", async () => {
    const sandbox = await sandboxOf({ page: "/nowhere" });
    const { status, text } = await send(sandbox.url);
    expect([status, text]).toEqual([503, expect.stringContaining("npm run build")]);
    expect((await new Client({ env: sandbox.env }).me()).username).toBe("user102@example.com");
  });
});
