import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { makeAuthority, type Authority } from "../support/certificates.ts";
import { overNode } from "../support/transport.ts";
import { run, type Ended } from "./child.ts";
import { faultServer, type FaultServer } from "./server.ts";
import { clientAt, failure } from "./support.ts";

const made = ["the client's", "the machine's", "nobody's"].map(makeAuthority);
const runs = overNode("a fetch knows nothing of the option ca") && made.every((one) => one !== undefined);
let own: Authority;
let extra: Authority;
let unknown: Authority;
beforeAll(() => {
  if (runs) [own, extra, unknown] = made as [Authority, Authority, Authority];
});

function serverOf(authority: Authority): Promise<FaultServer> {
  return faultServer((listener) => createServer({ ...authority.issue("IP:127.0.0.1") }, listener), "https");
}

describe.skipIf(!runs)("an authority of the client's own", () => {
  test("is trusted by calls and logins, and by a derived client; not by one without it", async () => {
    const server = await serverOf(own);
    const client = clientAt(server.endpoint, { userKey: server.lumar.userKey, ca: own.pem });
    await client.me();
    await client.with({ timeout: 9_000 }).me();
    expect([server.logins, server.of("Me").length]).toEqual([1, 2]);
    const error = await failure(clientAt(server.endpoint, { userKey: server.lumar.userKey, retry: { attempts: 0 } }).me());
    expect(error).toMatchObject({ mayHaveExecuted: false });
    expect(server.visits).toHaveLength(3);
  });

  test("with({ ca }) has connections of its own, and leaves the first client's trust as it was", async () => {
    const server = await serverOf(own);
    const { apiKey } = server.lumar.addKey("robot");
    const client = clientAt(server.endpoint, { apiKey, retry: { attempts: 0 } });
    await client.with({ ca: own.pem }).me();
    expect(await failure(client.me())).toMatchObject({ phase: "tls", mayHaveExecuted: false });
    expect(server.of("Me")).toHaveLength(1);
  });

  test.each<[string, (file: string) => Record<string, string>]>([
    ["what NODE_EXTRA_CA_CERTS adds", (file) => ({ NODE_EXTRA_CA_CERTS: file })],
    ["what the runtime trusts by itself", (file) => ({ NODE_OPTIONS: "--use-openssl-ca", SSL_CERT_FILE: file })],
  ])("takes nothing from %s", async (_what, variables) => {
    const folder = mkdtempSync(join(tmpdir(), "keylight-authorities-"));
    onTestFinished(() => { rmSync(folder, { recursive: true }); });
    const file = join(folder, "extra.pem");
    writeFileSync(file, extra.pem);
    const servers = await Promise.all([own, extra, unknown].map(serverOf));
    const calls = servers.map(({ endpoint, lumar }): Promise<Ended> => run("one-call", { endpoint, credential: { apiKey: lumar.addKey("robot").apiKey, ca: own.pem, retry: { attempts: 0 } } }, variables(file)));
    const [first, second, third] = await Promise.all(calls);
    expect([first, second]).toEqual(Array(2).fill({ code: 0, signal: null, stdout: "", stderr: "" }));
    expect(third?.stderr).toContain("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    expect(servers.map((server) => server.of("Me").length)).toEqual([1, 1, 0]);
  });
});
