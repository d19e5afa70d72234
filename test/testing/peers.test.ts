import { afterEach, expect, test, vi } from "vitest";
import { requestOf } from "./support.ts";

afterEach(() => {
  vi.doUnmock("graphql");
  vi.resetModules();
});

test("graphql is not loaded before the first request, and its absence is explained then", async () => {
  vi.resetModules();
  vi.doMock("graphql", () => {
    throw new Error("Cannot find package 'graphql'");
  });
  const { createFakeLumar } = await import("keylight/testing");
  const fake = createFakeLumar();
  expect(fake.handlers).toHaveLength(1);
  await expect(fake.handle(requestOf({ query: "{ version }" }))).rejects.toThrow(/npm install --save-dev graphql/);
});
