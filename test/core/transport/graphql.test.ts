import { expect, test, vi } from "vitest";
import { ValidationError } from "../../../src/errors/index.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { Answer } from "../../../src/core/transport/execute.ts";
import { sendOperation } from "../../../src/core/transport/graphql.ts";
import { answerOf, rejection } from "./support.ts";

const url = "https://api.example.com/graphql";
const document = { text: "query Me { me { id } }", name: "Me", kind: "query" as const };
const answerWith = (status: number): Answer => ({ envelope: { data: { me: null }, errors: [{ message: "m" }] }, response: answerOf(status, "{}"), attempts: [] });

test("the body holds document, variables and name, and goes out once", async () => {
  const send = vi.fn(async (_body: string) => answerWith(200));
  await sendOperation(url, document, { id: "1", when: new Date(0) }, send);
  expect(send).toHaveBeenCalledOnce();
  expect(JSON.parse(send.mock.calls[0]?.[0] ?? "")).toEqual({ query: document.text, variables: { id: "1", when: "1970-01-01T00:00:00.000Z" }, operationName: "Me" });
});

test("a document without a name or variables sends neither", async () => {
  const send = vi.fn(async (_body: string) => answerWith(200));
  await sendOperation(url, { ...document, name: undefined }, undefined, send);
  expect(JSON.parse(send.mock.calls[0]?.[0] ?? "")).toEqual({ query: document.text });
});

test("a Secret among the variables is sent as its value", async () => {
  const send = vi.fn(async (_body: string) => answerWith(200));
  await sendOperation(url, document, { secret: new Secret("hunter2") }, send);
  expect(JSON.parse(send.mock.calls[0]?.[0] ?? "")).toMatchObject({ variables: { secret: "hunter2" } });
});

test.each([200, 400, 500])("the answer comes back as it was read, errors and status %i included", async (status) => {
  const answer = answerWith(status);
  expect(await sendOperation(url, document, {}, async () => answer)).toBe(answer);
});

test("an error on the way reaches the caller as it is", async () => {
  const error = new RangeError("mine");
  expect(await rejection(sendOperation(url, document, {}, () => Promise.reject(error)))).toBe(error);
});

test.each<[string, () => object]>([
  ["a BigInt", () => ({ id: 10n })],
  ["a circle", () => { const circle: Record<string, unknown> = {}; circle["self"] = circle; return circle; }],
])("variables with %s are refused before anything is sent, without their values", async (_what, variables) => {
  const send = vi.fn(async () => answerWith(200));
  const error = await rejection(sendOperation(url, document, variables(), send));
  expect(error).toBeInstanceOf(ValidationError);
  expect(error).toMatchObject({ issues: [{ path: "variables" }] });
  expect(send).not.toHaveBeenCalled();
});
