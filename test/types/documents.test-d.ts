import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import type { DocumentNode } from "graphql";
import { expectTypeOf, test } from "vitest";
import { request, type Client, type Document, type DocumentTypes, type RawResponse, type RequestExplanation } from "keylight";

interface Project {
  project: { id: string; name: string | null } | null;
}
/** As code generation writes variables. */
type Exact<T extends Record<string, unknown>> = { [K in keyof T]: T[K] };
type ProjectVariables = Exact<{ id: string | number; first?: number | null }>;

/** As code generation writes it with `documentMode: "string"`. */
declare class TypedDocumentString<TResult, TVariables> extends String implements DocumentTypes<TResult, TVariables> {
  __apiType?: NonNullable<DocumentTypes<TResult, TVariables>["__apiType"]>;
  constructor(value: string, meta?: Record<string, unknown>);
  override toString(): string;
}

declare const client: Client;
declare const node: TypedDocumentNode<Project, ProjectVariables>;
declare const text: TypedDocumentString<Project, ProjectVariables>;
declare const bare: TypedDocumentString<{ version: string }, Exact<Record<string, never>>>;
declare const plain: DocumentNode;

test("a TypedDocumentNode says what comes and what goes", () => {
  expectTypeOf(client.request(node, { id: 1 })).resolves.toEqualTypeOf<Project>();
  expectTypeOf(client.rawRequest(node, { id: "a", first: null })).resolves.toEqualTypeOf<RawResponse<Project>>();
  expectTypeOf(request(node, { id: 1 })).resolves.toEqualTypeOf<Project>();
  expectTypeOf(client.explain(node, { id: 1 })).toEqualTypeOf<RequestExplanation>();
  // @ts-expect-error an id is no boolean
  void client.request(node, { id: true });
  // @ts-expect-error there is no such variable
  void client.request(node, { id: 1, last: 5 });
  // @ts-expect-error the id is needed
  void client.request(node, {});
  // @ts-expect-error the answer has no such field
  void client.request(node, { id: 1 }).then(({ crawl }) => crawl);
});

test("so does a TypedDocumentString", () => {
  expectTypeOf(client.request(text, { id: 1 })).resolves.toEqualTypeOf<Project>();
  expectTypeOf(client.rawRequest(text, { id: 1 })).resolves.toEqualTypeOf<RawResponse<Project>>();
  expectTypeOf(client.request(bare)).resolves.toEqualTypeOf<{ version: string }>();
  // @ts-expect-error an id is no boolean
  void client.request(text, { id: true });
  // @ts-expect-error the id is needed
  client.explain(text, {});
  // @ts-expect-error there is no such variable
  void client.rawRequest(text, { id: 1, last: 5 });
});

test("a plain text or DocumentNode gives what the caller names, and unknown otherwise", () => {
  expectTypeOf(client.request("{ version }")).resolves.toEqualTypeOf<unknown>();
  expectTypeOf(client.request(plain)).resolves.toEqualTypeOf<unknown>();
  expectTypeOf(client.request<{ version: string }>("{ version }")).resolves.toEqualTypeOf<{ version: string }>();
  expectTypeOf(client.request<Project>(plain, { id: 1 })).resolves.toEqualTypeOf<Project>();
  expectTypeOf(client.request<Project, ProjectVariables>("query", { id: 1 })).resolves.toEqualTypeOf<Project>();
  interface Wanted {
    id: string;
  }
  const wanted: Wanted = { id: "a" };
  expectTypeOf(client.request<Project>("query", wanted)).resolves.toEqualTypeOf<Project>();
  expectTypeOf(client.request("query", wanted)).resolves.toEqualTypeOf<unknown>();
  // @ts-expect-error an unknown answer must be looked at first
  void client.request("{ version }").then(({ version }) => version);
  // @ts-expect-error a number is no document
  void client.request(5);
  // @ts-expect-error variables are an object
  void client.request("{ version }", "id");
});

test("all of them are a Document", () => {
  expectTypeOf(node).toExtend<Document<Project, ProjectVariables>>();
  expectTypeOf(text).toExtend<Document<Project, ProjectVariables>>();
  expectTypeOf<string>().toExtend<Document>();
  expectTypeOf<number>().not.toExtend<Document>();
});

test("a whole answer", () => {
  expectTypeOf<RawResponse<Project>["data"]>().toEqualTypeOf<Project>();
  expectTypeOf<RawResponse<Project>["status"]>().toEqualTypeOf<number>();
  expectTypeOf<RawResponse<Project>["headers"]>().toEqualTypeOf<Headers>();
  expectTypeOf<RawResponse<Project>["requestId"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<RawResponse<Project>["attempts"][number]["durationMs"]>().toEqualTypeOf<number>();
  expectTypeOf<RawResponse<Project>["errors"][number]["message"]>().toEqualTypeOf<string>();
});
