import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { curlText, redactedHeaders } from "../../src/core/explain.ts";
import type { CredentialOrigin } from "../../src/core/credentials/source.ts";
import { json, serve } from "./transport/server.ts";

const origin: CredentialOrigin = { kind: "apiKey", source: "option apiKey", header: "x-api-key", variable: "LC_API_KEY" };
const hasCurl = spawnSync("curl", ["--version"]).status === 0;
if (!hasCurl) console.warn("explain.test.ts: there is no curl here, so its text is not run");

const headers = {
  accept: "application/json",
  "content-type": "application/json",
  "x-odd": `it's "$HOME" \`id\` \\ !x`,
  "x-empty": "",
};
const body = JSON.stringify({ query: "{ me }", variables: { text: "it's $HOME `id` \\ \"q\" @file\n%41 ü😀" } });

/** What a shell sends for the text, with the credential in its variable. */
async function run(text: string): Promise<void> {
  await promisify(execFile)("sh", ["-c", text], { env: { PATH: process.env["PATH"], LC_API_KEY: "k 'n' $x", HOME: "/nowhere" } });
}

test("the credential's value is redacted, under its own header", () => {
  const shown = redactedHeaders({ ...headers, "x-api-key": "hunter2" }, origin);
  expect(shown).toEqual({ ...headers, "x-api-key": "[redacted]" });
});

test("without a credential the headers are as they are", () => {
  expect(redactedHeaders(headers, undefined)).toEqual(headers);
});

test("the curl text takes the credential from its variable and holds no value of it", () => {
  const text = curlText("https://api.example.com/graphql", { accept: "a/b", "x-api-key": "hunter2" }, origin, "{}");
  expect(text).not.toContain("hunter2");
  expect(text).toBe(`curl -X POST 'https://api.example.com/graphql' \\\n  -H 'accept: a/b' \\\n  -H "x-api-key: $LC_API_KEY" \\\n  --data-raw '{}'`);
});

test.skipIf(!hasCurl)("the curl text runs in a shell and sends the same, byte for byte", async () => {
  const { url, seen } = await serve((response) => { json(response, {}); });
  await run(curlText(url.href, redactedHeaders(headers, origin), origin, body));
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ method: "POST", url: "/graphql", body });
  expect(seen[0]?.headers).toMatchObject({ ...headers, "x-api-key": "k 'n' $x" });
});

test.skipIf(!hasCurl)("it sends one request to an address with brackets and braces, too", async () => {
  const { url, seen } = await serve((response) => { json(response, {}); });
  const odd = new URL("?list={a,b}&range=[1-3]", url);
  await run(curlText(odd.href, headers, undefined, body));
  expect(seen.map((request) => request.url)).toEqual([odd.pathname + odd.search]);
  expect(seen[0]?.headers).not.toHaveProperty("x-api-key");
});

test.skipIf(!hasCurl)("a body that begins with @ is sent, not read from a file", async () => {
  const { url, seen } = await serve((response) => { json(response, {}); });
  await run(curlText(url.href, headers, undefined, "@/etc/hostname"));
  expect(seen[0]?.body).toBe("@/etc/hostname");
});
