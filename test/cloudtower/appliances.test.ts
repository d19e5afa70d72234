import { describe, expect, test } from "vitest";
import { makeAuthority } from "../support/certificates.ts";
import { overNode } from "../support/transport.ts";
import { bareServer, clientAt, defined, json, rejection, type Bare } from "./support.ts";

const authorities = ["one appliance", "another appliance"].map((name) => makeAuthority(name));
const runs = overNode("a fetch knows nothing of the option ca") && authorities.every((authority) => authority !== undefined);
const login = { username: "root", password: "password-of-root" };

describe.runIf(runs)("appliances with certificates of their own", () => {
  const [one, other] = authorities;

  function appliance(authority: typeof one): Promise<Bare> {
    return bareServer(({ path }, response) => {
      json(response, path === "/v2/api/login" ? { data: { token: "token-of-an-appliance" } } : []);
    }, defined(authority).issue("IP:127.0.0.1"));
  }

  test("are each trusted by its own authority, and by no other client of the process", async () => {
    const [first, second] = [await appliance(one), await appliance(other)];
    const clients = [clientAt(first.endpoint, { login, ca: defined(one).pem }), clientAt(second.endpoint, { login, ca: defined(other).pem })];
    for (const client of clients) expect(await client.post("get-vms")).toEqual([]);
    const crossed = clientAt(second.endpoint, { login, ca: defined(one).pem, retry: { attempts: 0 } });
    expect(await rejection(crossed.post("get-vms"))).toMatchObject({ code: "LOGIN_FAILED", cause: { code: "NETWORK_ERROR" } });
    expect(second.seen).toHaveLength(2);
  });

  test("get no password where their authority is unknown", async () => {
    const server = await appliance(one);
    await rejection(clientAt(server.endpoint, { login, retry: { attempts: 0 } }).post("get-vms"));
    expect(server.seen).toHaveLength(0);
  });
});
