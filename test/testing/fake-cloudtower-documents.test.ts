import { parse } from "graphql";
import { describe, expect, test } from "vitest";
import * as generated from "../../src/cloudtower/generated/operations.ts";
import { createClockedTower, createFurnishedTower, graphql, operations, requestOf } from "./fake-cloudtower-support.ts";

const noKeys = (field: string) => `Cannot query field "${field}" on type "Mutation".`;

describe("a document that cannot run", () => {
  test.each<[string, string, object, string]>([
    ["an unknown field", "{ apiKeys { id } }", {}, 'Cannot query field "apiKeys" on type "Query".'],
    ["an unknown mutation", "mutation { makeApiKey }", {}, 'Cannot query field "makeApiKey" on type "Mutation".'],
    ["a field that keys do not show", "mutation { createApiKey(data: {name: \"x\"}) { createdAt } }", {}, 'Cannot query field "createdAt" on type "ApiKey".'],
    ["an unknown argument", "mutation { createApiKey(input: {}) { id } }", {}, 'Unknown argument "input" on field "Mutation.createApiKey".'],
    ["an unknown member", "mutation { createApiKey(data: {name: \"x\", ttl: 1}) { id } }", {}, 'Field "ttl" is not defined by type "ApiKeyCreateInput".'],
    ["a missing variable", "CreateApiKey", {}, 'Variable "$name" of required type "String!" was not provided.'],
    ["a variable of the wrong kind", "CreateApiKey", { name: 1 }, 'Variable "$name" got invalid value 1;'],
    ["an operation that is not there", "Missing", {}, 'Unknown operation named "Missing".'],
    ["a syntax error", "{", {}, "Syntax Error"],
  ])("gives 400 with the message of graphql-js: %s", async (_, operation, variables, message) => {
    const { fake, token } = createFurnishedTower();
    const { status, body } = await graphql(fake, operation, { ...variables }, token);
    expect(status).toBe(400);
    expect(body.data).toBeUndefined();
    expect(body.errors[0].message).toContain(message);
    expect(fake.listApiKeys()).toHaveLength(1);
  });

  test("gives 200, or a code and another text, where that is asked for", async () => {
    const { fake, token } = createFurnishedTower({ errors: { document: { status: 200, code: "BAD", message: "no" } } });
    const { status, body } = await graphql(fake, "mutation { a b }", {}, token);
    expect([status, body.errors]).toEqual([200, [1, 2].map(() => ({ message: "no", code: "BAD", locations: expect.any(Array) }))]);
    expect((await graphql(fake, "CreateApiKey", {}, token)).status).toBe(200);
  });

  test.each([
    [{ method: "GET" }, undefined, 405],
    [{ headers: { "content-type": "text/plain" } }, "{}", 415],
    [{}, "{", 400],
    [{}, "[]", 400],
    [{}, '{"query":1}', 400],
    [{}, '{"query":"{ x }","operationName":1}', 400],
    [{}, '{"query":"{ x }","variables":[]}', 400],
  ])("is no GraphQL request at all: %j %s", async (init, body, status) => {
    const { fake } = createClockedTower();
    const response = await fake.handle(requestOf("/api/", body, undefined, init));
    expect([response.status, await response.json()]).toEqual([status, { errors: [{ message: expect.any(String) }] }]);
  });
});

describe("a server before 4.4.0", () => {
  test.each([
    ["CreateApiKey", { name: "ci" }, "createApiKey"],
    ["DeleteApiKey", { key: "k" }, "deleteApiKey"],
    ["DeleteApiKeyById", { id: "i" }, "deleteApiKey"],
    ["mutation { ... { ...F } } fragment F on Mutation { x: createApiKey(data: {name: \"x\"}) { id } }", {}, "createApiKey"],
  ])("does not know API keys: %s", async (operation, variables, field) => {
    const { fake } = createClockedTower({ version: "4.3.9" });
    const { status, body } = await graphql(fake, operation, variables, fake.issueToken());
    expect([status, body]).toEqual([400, { errors: [{ message: noKeys(field) }] }]);
    expect(fake.listApiKeys()).toEqual([]);
  });

  test("says so with 200 where that is asked for", async () => {
    const { fake } = createClockedTower({ version: "3.4.4", errors: { document: { status: 200 } } });
    const { status, body } = await graphql(fake, "CreateApiKey", { name: "ci" }, fake.issueToken());
    expect([status, body.errors[0].message]).toEqual([200, noKeys("createApiKey")]);
  });

  test("learns them by an upgrade", async () => {
    const { fake } = createClockedTower({ version: "4.3.0" });
    expect((await graphql(fake, "AuthnStrategies")).status).toBe(200);
    fake.setVersion("4.4.0");
    const { body } = await graphql(fake, "CreateApiKey", { name: "ci" }, fake.issueToken());
    expect(body.data.createApiKey.key).toEqual(expect.any(String));
    fake.setVersion("10.0.0");
    expect((await graphql(fake, "CreateApiKey", { name: "ci" }, fake.issueToken())).status).toBe(200);
  });
});

describe("a generated document", () => {
  const documents = Object.entries(generated).flatMap(([name, value]) => (value instanceof generated.TypedDocumentString ? [[name, value] as const] : []));

  test("is there for each operation, and for nothing else", () => {
    const named = parse(operations).definitions.flatMap((definition) => (definition.kind === "OperationDefinition" ? [`${definition.name?.value ?? ""}Document`] : []));
    expect(documents.map(([name]) => name).toSorted()).toEqual(named.toSorted());
  });

  test.each(documents)("holds the one operation that it is named after: %s", (name, document) => {
    const [definition, ...further] = parse(document.toString()).definitions;
    if (definition?.kind !== "OperationDefinition") throw new Error("not an operation");
    expect([`${definition.name?.value ?? ""}Document`, further]).toEqual([name, []]);
    expect(definition.operation).toBe(name === "AuthnStrategiesDocument" ? "query" : "mutation");
  });

  test("selects no more of a key than is documented", () => {
    const text = generated.CreateApiKeyDocument.toString().replaceAll(/\s+/g, " ");
    expect(text).toContain("createApiKey(data: {name: $name}) { id key roles { id preset } }");
    expect(generated.DeleteApiKeyDocument.toString().replaceAll(/\s+/g, " ")).toContain("deleteApiKey(where: {key: $key}) { id }");
  });
});
