import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Client, fileSessionStore } from "keylight";
import { formsOf } from "../oracle/forms.ts";
import { faultServer } from "./server.ts";

/** Names and contents of all that lies in a directory. */
function written(directory: string): { names: string; contents: string } {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return { names: names.map(({ name }) => name).join(" "), contents: names.map(({ name }) => readFileSync(join(directory, name), "utf8")).join("\n") };
}

test("what is written to disk holds the session's token, and neither the user key nor an API key in any encoding", async () => {
  const directory = mkdtempSync(join(tmpdir(), "keylight-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  const server = await faultServer();
  const { lumar, endpoint } = server;
  const client = new Client({ endpoint, userKey: lumar.userKey, env: {}, sessionStore: fileSessionStore({ directory }) });
  await client.me();
  const key = await client.serviceAccounts.keys.create(lumar.serviceAccount.id);
  lumar.sessions.clear();
  await client.me();
  await client.close();

  const { names, contents } = written(directory);
  const [token = ""] = [...lumar.sessions.keys()];
  expect(contents).toContain(token);
  for (const secret of [lumar.userKey.secret, key.secret.reveal(), key.apiKey.reveal()]) {
    for (const form of formsOf(secret).keys()) expect(contents).not.toContain(form);
  }
  expect(names).not.toContain(token);
  // Nor does it tell which key was used, or where.
  expect(contents).not.toMatch(/userKey|127\.0\.0\.1|"130"|\b130\b/);
});
