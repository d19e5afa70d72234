import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSchema, introspectionFromSchema } from "graphql";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { main } from "../../scripts/check-live.ts";

const ownSchema = "graphql/lumar/schema.graphql";
const ownText = readFileSync(ownSchema, "utf8");
const folder = mkdtempSync(join(tmpdir(), "keylight-check-live-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function check(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const lines = { out: [] as string[], error: [] as string[] };
  const code = await main(args, { out: (line) => lines.out.push(line), error: (line) => lines.error.push(line) });
  return { code, out: lines.out.join("\n"), error: lines.error.join("\n") };
}

function schemaFile(text: string): string {
  const path = join(folder, `${String(Math.random()).slice(2)}.graphql`);
  writeFileSync(path, text);
  return path;
}

function changed(from: string, to: string): string {
  expect(ownText).toContain(from);
  return schemaFile(ownText.replace(from, to));
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a schema that fits", () => {
  it("as SDL: every operation is ok", async () => {
    const { code, out, error } = await check("--schema", ownSchema);
    expect(error).toBe("");
    expect(code).toBe(0);
    expect(out).toMatch(/^ok {5}CreateServiceAccountKey$/m);
    expect(out).not.toContain("BREAKS");
    expect(out).toMatch(/(\d+) of \1 operations fit/);
  });

  it("as introspection JSON, with or without data around it", async () => {
    const introspection = introspectionFromSchema(buildSchema(ownText));
    for (const json of [introspection, { data: introspection }]) {
      expect(await check("--schema", schemaFile(JSON.stringify(json)))).toMatchObject({ code: 0, error: "" });
    }
  });

  it("that knows more roles, more fields and stricter answers", async () => {
    const wider = ownText.replace("  Viewer\n", "  Viewer\n  Auditor\n").replace("username: String\n", "username: String!\n  email: String\n");
    expect(await check("--schema", schemaFile(wider))).toMatchObject({ code: 0 });
  });

  it("from a server on this machine, over a redirect within its origin", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/old") response.writeHead(302, { location: "/schema.graphql" }).end();
      else response.end(ownText);
    });
    expect(await check("--schema", `${url}/old`)).toMatchObject({ code: 0, error: "" });
  });
});

describe("a schema that differs", () => {
  it("in a selected field: names the operation, the line, the field and its mark", async () => {
    const { code, out } = await check("--schema", changed("username: String\n", "login: String\n"));
    expect(code).toBe(1);
    expect(out).toMatch(/^BREAKS Me\n +\S*users\.graphql:\d+ {2}Cannot query field "username" on type "User"\.\n +User\.username is marked: .*documented/m);
    expect(out).toMatch(/^ok {5}Version$/m);
  });

  it("in an input field, which travels in a variable", async () => {
    const { code, out } = await check("--schema", changed("serviceAccountKeyId: ObjectID!", "keyId: ObjectID!"));
    expect(code).toBe(1);
    expect(out).toContain('Field "serviceAccountKeyId" is not defined by type "RevokeServiceAccountKeyInput".');
    expect(out).toContain("RevokeServiceAccountKeyInput.serviceAccountKeyId is marked: inferred name");
    expect(out).toContain('Field "RevokeServiceAccountKeyInput.keyId" of type "ObjectID!" is required.');
    expect(out).not.toContain("BREAKS CreateServiceAccountKey");
  });

  it("in the type of an input field", async () => {
    const { out } = await check("--schema", changed("enabled: Boolean #", "enabled: String #"));
    expect(out).toContain('Field "UpdateServiceAccountInput.enabled" is of type "String", not "Boolean".');
  });

  it("in an enum value that we send", async () => {
    const { code, out } = await check("--schema", changed("  Viewer\n", "  Reader\n"));
    expect(code).toBe(1);
    expect(out).toContain('Value "Viewer" is missing in enum "RoleCode".');
  });

  it("in the name of an input type", async () => {
    const text = ownText.replaceAll("DeleteUserKeyInput", "DeleteUserKeyInputType");
    const { code, out } = await check("--schema", schemaFile(text));
    expect(code).toBe(1);
    expect(out).toContain('Unknown type "DeleteUserKeyInput".');
    expect(out).toContain("DeleteUserKeyInput is marked: inferred name");
  });

  it("in the type of an answer", async () => {
    const { code, out } = await check("--schema", changed("lastUsedAt: DateTime", "lastUsedAt: Int"));
    expect(code).toBe(1);
    expect(out).toContain('Field "ServiceAccountKey.lastUsedAt" answers "Int", not "DateTime".');
  });

  it("only in what may be null: a note, nothing breaks", async () => {
    const { code, out } = await check("--schema", changed("version: String!", "version: String"));
    expect(code).toBe(0);
    expect(out).toMatch(/^ok {5}Version\n.*note: Field "Query\.version" answers "String", not "String!"\./m);
  });
});

describe("nothing to check against", () => {
  it.each([[], ["--schema"], ["--scheme", ownSchema], [ownSchema]])("usage: %s %s", async (...args) => {
    expect(await check(...args)).toMatchObject({ code: 2, out: "", error: expect.stringContaining("Usage:") });
  });

  it.each([
    ["a missing file", () => join(folder, "missing.graphql"), "cannot read the schema"],
    ["SDL with syntax errors", () => schemaFile("type Query {\n  me: \n}"), ":3 is neither SDL nor introspection JSON: Syntax Error"],
    ["JSON without a schema", () => schemaFile('{"data":{}}'), "it holds no __schema"],
    ["broken JSON", () => schemaFile('{"data":'), "neither SDL nor introspection JSON"],
    ["plain http elsewhere", () => "http://lumar.example/schema.graphql", "only https, or http on this machine"],
    ["another protocol", () => "file:///schema.graphql", "only https, or http on this machine"],
    ["a server that is not there", () => "http://127.0.0.1:1/schema.graphql", "cannot read the schema from"],
  ])("%s", async (_what, from, message) => {
    expect(await check("--schema", from())).toMatchObject({ code: 2, error: expect.stringContaining(message) });
  });

  it("an error status", async () => {
    const url = await serve((_request, response) => response.writeHead(503).end());
    expect(await check("--schema", url)).toMatchObject({ code: 2, error: expect.stringContaining("status 503") });
  });

  it("a redirect to another origin, which is not asked", async () => {
    let asked = 0;
    const other = await serve((_request, response) => {
      asked += 1;
      response.end(ownText);
    });
    const url = await serve((_request, response) => response.writeHead(302, { location: other }).end());
    expect(await check("--schema", url)).toMatchObject({ code: 2, error: expect.stringContaining("another origin") });
    expect(asked).toBe(0);
  });

  it("a redirect without end", async () => {
    const url = await serve((_request, response) => response.writeHead(302, { location: "/" }).end());
    expect(await check("--schema", url)).toMatchObject({ code: 2, error: expect.stringContaining("redirects") });
  });
});

it("is a command", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "scripts/check-live.ts", ...args], { encoding: "utf8" });
  expect(run("--schema", ownSchema)).toMatchObject({ status: 0, stderr: "" });
  expect(run("--schema", changed("username: String\n", "login: String\n")).status).toBe(1);
  expect(run()).toMatchObject({ status: 2, stdout: "" });
});
