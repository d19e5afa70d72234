import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import type { Sandbox } from "../../../src/cli/sandbox/start.ts";
import { json, press, sandboxOf, send, viewOf } from "./support.ts";

const portOf = (url: string): string => new URL(url).port;
const call = JSON.stringify({ service: "lumar", call: "client.me()", times: 1 });
const version = '{"query":"{ version }"}';

/** What another site could let a browser send to the page's server. */
const foreign: [what: string, headers: (port: string) => Record<string, string>][] = [
  ["a name that was bound to this machine's address", (port) => ({ host: `attacker.example:${port}` })],
  ["a name that only begins like ours", (port) => ({ host: `127.0.0.1.attacker.example:${port}` })],
  ["our name with another port", () => ({ host: "127.0.0.1:1" })],
  ["our name without a port", () => ({ host: "localhost" })],
  ["another site", () => ({ origin: "https://attacker.example" })],
  ["a sandboxed frame", () => ({ origin: "null" })],
  ["another server of this machine", () => ({ origin: "http://127.0.0.1:1" })],
  ["our address with another scheme", (port) => ({ origin: `https://127.0.0.1:${port}` })],
  ["another site, as the browser says", () => ({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" })],
  ["another port of this machine, as the browser says", () => ({ "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" })],
];

describe("the page's server", () => {
  test.each(foreign)("refuses %s with 403, and does nothing", async (_what, headersFor) => {
    const sandbox = await sandboxOf();
    const headers = headersFor(portOf(sandbox.url));
    for (const path of ["/", "/page.js", "/graphiql", "/api/state", "/api/events", "/nothing"]) {
      expect([path, (await send(`${sandbox.url}${path}`, { headers })).status]).toEqual([path, 403]);
    }
    const refused = await send(`${sandbox.url}/api/call`, { method: "POST", headers: { ...json, ...headers }, body: call });
    expect([refused.status, refused.text]).toEqual([403, expect.stringMatching(/^(Another site|This server)/)]);
    expect(refused.headers["access-control-allow-origin"]).toBeUndefined();
    expect(sandbox.fakes.lumar.requests).toHaveLength(0);
  });

  test("takes what its own page, a link to it, and programs send", async () => {
    const sandbox = await sandboxOf();
    const port = portOf(sandbox.url);
    const ours = { host: `localhost:${port}`, origin: `http://localhost:${port}`, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" };
    expect((await send(`${sandbox.url}/api/call`, { method: "POST", headers: { ...json, ...ours }, body: call })).status).toBe(200);
    expect((await send(`${sandbox.url}/api/call`, { method: "POST", headers: json, body: call })).status).toBe(200);
    expect((await send(`${sandbox.url}/`, { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" } })).status).not.toBe(403);
    expect(sandbox.fakes.lumar.requests.map(({ operationName }) => operationName)).toEqual(["LoginWithUserKey", "Me", "Me"]);
  });

  test("acts on JSON that is posted alone: forms and links of other sites send neither", async () => {
    const sandbox = await sandboxOf();
    const url = `${sandbox.url}/api/call`;
    expect((await send(url, { method: "POST", headers: { "content-type": "text/plain" }, body: call })).status).toBe(415);
    expect((await send(url, { method: "POST", body: call })).status).toBe(415);
    expect((await send(url)).status).toBe(405);
    expect((await send(url, { method: "PUT", headers: json, body: call })).status).toBe(405);
    expect((await send(`${sandbox.url}/`, { method: "POST", headers: json, body: call })).status).toBe(405);
    expect((await send(`${sandbox.url}/api/state`, { method: "POST", headers: json, body: call })).status).toBe(405);
    expect(sandbox.fakes.lumar.requests).toHaveLength(0);
  });

  test.each([
    ["no JSON", "call", "{", "Send a JSON object."],
    ["a list", "fail", "[]", "trouble must be text."],
    ["an unknown service", "call", '{"service":"toString"}', "There is no such service."],
    ["an unknown call", "call", '{"service":"lumar","call":"constructor","times":1}', "There is no such call."],
    ["an unknown trouble", "fail", '{"service":"lumar","trouble":"__proto__","times":1}', "There is no such trouble."],
    ["an unknown control", "control", '{"service":"lumar","control":"drop"}', "There is no such control."],
    ["too many calls", "call", '{"service":"lumar","call":"client.me()","times":101}', "times must be a whole number from 1 to 100."],
    ["half a call", "call", '{"service":"lumar","call":"client.me()","times":0.5}', "times must be a whole number from 1 to 100."],
    ["a limit that nobody has", "rate-limit", '{"service":"luminary","requests":1,"seconds":1}', "There is no such rate limit."],
  ])("says what is wrong with %s", async (_what, action, body, message) => {
    const sandbox = await sandboxOf();
    const { status, text } = await send(`${sandbox.url}/api/${action}`, { method: "POST", headers: json, body });
    expect([status, JSON.parse(text)]).toEqual([400, { message }]);
    expect(sandbox.fakes.lumar.requests).toHaveLength(0);
  });

  test("lets the browser load, run and frame nothing from elsewhere", async () => {
    const sandbox = await sandboxOf();
    for (const path of ["/", "/nothing", "/api/state"]) {
      const { headers } = await send(`${sandbox.url}${path}`);
      const policy = headers["content-security-policy"] ?? "";
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": "no-store", "cross-origin-resource-policy": "same-origin" });
    }
  });
});

describe("the fakes of a sandbox", () => {
  const urls = ({ services }: Sandbox) => Object.values(services).map(({ url }) => url);

  test("refuse what another site sends with 403, and record nothing", async () => {
    const sandbox = await sandboxOf();
    const { lumar, cloudtower, lumoauth, luminary } = sandbox.services;
    for (const url of [lumar.url, `${cloudtower.url}/v2/api/get-vms`, `${lumoauth.url}/t/acme-corp/api/v1/admin/users`, `${luminary.url}/rest/v0/pipelines`]) {
      for (const headers of [{ host: `attacker.example:${portOf(url)}` }, { origin: "https://attacker.example" }, { origin: "null" }]) {
        const { status } = await send(url, { method: "POST", headers: { ...json, ...headers }, body: version });
        expect([url, status]).toEqual([url, 403]);
      }
    }
    expect(Object.values(sandbox.fakes).map(({ requests }) => requests.length)).toEqual([0, 0, 0, 0]);
  });

  test("answer programs, and pages of this machine", async () => {
    const { services } = await sandboxOf();
    const { url } = services.lumar;
    for (const headers of [{}, { host: `localhost:${portOf(url)}` }, { origin: "http://localhost:5173" }, { origin: "http://127.0.0.1:3000" }]) {
      expect((await send(url, { method: "POST", headers: { ...json, ...headers }, body: version })).status).toBe(200);
    }
  });

  test("and the page are reached at 127.0.0.1 alone", async () => {
    const sandbox = await sandboxOf();
    const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all.filter(({ internal }) => !internal).map(({ address, scopeid }) => (scopeid ? `${address}%${String(scopeid)}` : address)));
    const others = ["127.0.0.2", "::1", ...addresses];
    for (const url of [sandbox.url, ...urls(sandbox)]) {
      for (const host of others) expect([host, await connects(host, Number(portOf(url)))]).toEqual([host, false]);
      expect(await connects("127.0.0.1", Number(portOf(url)))).toBe(true);
    }
  });
});

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

test("trouble that another site asked for never comes", async () => {
  const sandbox = await sandboxOf();
  await send(`${sandbox.url}/api/fail`, { method: "POST", headers: { ...json, origin: "https://attacker.example" }, body: JSON.stringify({ service: "lumar", trouble: "500", times: 1 }) });
  const report = await press<{ succeeded: number }>(sandbox, "call", { service: "lumar", call: "client.me()", times: 1 });
  expect(report.succeeded).toBe(1);
  expect((await viewOf(sandbox)).log).toHaveLength(2);
});
