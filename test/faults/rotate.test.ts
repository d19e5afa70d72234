import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { run, start } from "./child.ts";
import type { Fault } from "./fault.ts";
import { faultServer } from "./server.ts";
import { clientAt } from "./support.ts";

/** Where the process dies: when the server sees an operation, before or after it has taken effect. */
interface Death {
  readonly operation: string;
  readonly commits: boolean;
  readonly tell?: "before-store" | "after-store";
}

const deaths: readonly [where: string, death: Death][] = [
  ["before the old key is looked up", { operation: "GetServiceAccount", commits: false }],
  ["before the new key is made", { operation: "CreateServiceAccountKey", commits: false }],
  ["when the new key is made, before its answer", { operation: "CreateServiceAccountKey", commits: true }],
  ["before the new key is proved", { operation: "GetAccount", commits: false }],
  ["when the new key is proved, before it is stored", { operation: "BeforeStore", commits: true, tell: "before-store" }],
  ["when the new key is stored, before the old one is revoked", { operation: "AfterStore", commits: true, tell: "after-store" }],
  ["when the old key is to be revoked", { operation: "RevokeServiceAccountKey", commits: false }],
  ["when the old key is revoked, before the answer", { operation: "RevokeServiceAccountKey", commits: true }],
];

/** What the job stored, if it came to that. */
function stored(file: string): { id: string; apiKey: string } | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { id: string; apiKey: string }) : undefined;
}

describe("a rotation that is killed, and run again,", () => {
  test.each(deaths)("%s: a key works at every moment, and in the end exactly the stored one does, and what audit shows", async (_where, { operation, commits, tell }) => {
    const server = await faultServer();
    const { lumar } = server;
    const old = lumar.addKey("deploy");
    const folder = mkdtempSync(join(tmpdir(), "keylight-rotate-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "key.json");
    const task = { endpoint: server.endpoint, sessionToken: lumar.addSession(), serviceAccountId: lumar.serviceAccount.id, keyId: old.id, file };

    const first = await start("rotate", { ...task, ...(tell === undefined ? {} : { tell }) });
    const fault: Fault = { commits, delay: Infinity, reached: () => void first.child.kill("SIGKILL") };
    server.script(operation, fault);
    expect(await first.ended).toMatchObject({ signal: "SIGKILL", stdout: "", stderr: "" });
    expect(server.of(operation)).toHaveLength(1);
    const works = [old.apiKey, stored(file)?.apiKey ?? ""].filter((apiKey) => lumar.working(apiKey) !== undefined);
    expect(works.length).toBeGreaterThanOrEqual(1);

    expect(await run("rotate", task)).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    const kept = stored(file);
    expect(lumar.working(kept?.apiKey ?? "")?.id).toBe(kept?.id);
    expect(lumar.working(old.apiKey)).toBeUndefined();
    const orphans = lumar.keys.filter(({ id, revokedAt }) => revokedAt === null && id !== kept?.id);
    expect(orphans.length).toBeLessThanOrEqual(1);
    const admin = clientAt(server.endpoint, { sessionToken: lumar.addSession() });
    const findings = await admin.serviceAccounts.keys.audit(lumar.account.id);
    for (const orphan of orphans) expect(findings.map(({ key }) => key.id)).toContain(orphan.id);
    expect((await clientAt(server.endpoint, { apiKey: kept?.apiKey ?? "" }).accounts.get(lumar.account.id)).id).toBe(lumar.account.id);
  });
});
