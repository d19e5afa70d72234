import type { LuminaryOptions } from "../../../src/luminary/index.ts";

/** What a program is to do. */
export interface Task {
  readonly domain: string;
  readonly auth: { readonly domain: string; readonly clientId: string; readonly audience: string; readonly ports?: readonly number[]; readonly timeout?: number };
  readonly cacheDirectory?: string;
  readonly calls?: number;
  readonly transport: "node:http" | "fetch";
}

export const task = JSON.parse(process.env["TASK"] ?? "") as Task;

export function optionsOf({ domain, auth, cacheDirectory, transport }: Task): LuminaryOptions {
  return { domain, auth, ...(cacheDirectory === undefined ? {} : { cacheDirectory }), ...(transport === "fetch" ? { fetch: globalThis.fetch } : {}) };
}
