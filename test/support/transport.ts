import { inject } from "vitest";

export type TransportName = "node:http" | "fetch";

declare module "vitest" {
  interface ProvidedContext {
    transport: TransportName;
  }
}

/** What the requests of this run go over: `vitest.config.ts` runs the tests that send any once over each. */
export const transportName: TransportName = inject("transport");

const told = new Set<string>();

/** For a test of what only one transport has: where this run goes over the other, it says why the test does not run. */
function only(name: TransportName, why: string): boolean {
  if (transportName !== name && !told.has(why)) {
    told.add(why);
    console.warn(`tests for ${name} alone are skipped: ${why}`);
  }
  return transportName === name;
}

export const overNode = (why: string): boolean => only("node:http", why);
export const overFetch = (why: string): boolean => only("fetch", why);
