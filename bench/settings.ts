import { clientNames, type ClientName } from "./clients/names.ts";

export type Protocol = "http" | "https";

/** One way to load the server; each client of it is a sample of its own in each round. */
export interface Scene {
  readonly protocol: Protocol;
  readonly concurrency: number;
  readonly clients: readonly ClientName[];
}

/** How much a run measures. Times are milliseconds. */
export interface Settings {
  readonly mode: "full" | "quick";
  readonly rounds: number;
  readonly scenes: readonly Scene[];
  /** Calls before the measuring: the runtime's `fetch` needs 4 s until it is as fast as it gets. */
  readonly warmUp: number;
  readonly sample: number;
  /** Fresh processes for each module's import. */
  readonly imports: number;
  /** Pairs of 1,000 calls, with a session's end among them and without. */
  readonly renewals: number;
  readonly heapCalls: number;
  readonly overhead: { readonly processes: number; readonly calls: number };
}

const few: readonly ClientName[] = ["keylight", "node:http", "fetch"];
/** The experiment is about the transport, which the loads of plain http show. */
const established = clientNames.filter((name) => name !== "keylight-undici");

export const full: Settings = {
  mode: "full",
  rounds: 5,
  scenes: [
    { protocol: "http", concurrency: 1, clients: clientNames },
    { protocol: "http", concurrency: 50, clients: clientNames },
    { protocol: "http", concurrency: 500, clients: established },
    { protocol: "https", concurrency: 1, clients: established },
    { protocol: "https", concurrency: 50, clients: established },
    { protocol: "https", concurrency: 500, clients: established },
  ],
  warmUp: 4_000,
  sample: 2_000,
  imports: 21,
  renewals: 15,
  heapCalls: 200_000,
  overhead: { processes: 5, calls: 100_000 },
};

export const quick: Settings = {
  mode: "quick",
  rounds: 1,
  scenes: [
    { protocol: "http", concurrency: 1, clients: clientNames },
    { protocol: "http", concurrency: 50, clients: clientNames },
    { protocol: "http", concurrency: 500, clients: few },
    { protocol: "https", concurrency: 50, clients: few },
  ],
  warmUp: 1_500,
  sample: 800,
  imports: 7,
  renewals: 5,
  heapCalls: 20_000,
  overhead: { processes: 1, calls: 50_000 },
};

/** The same with these clients only. */
export function narrowed(settings: Settings, only: readonly ClientName[]): Settings {
  if (only.length === 0) return settings;
  const scenes = settings.scenes.map((scene) => ({ ...scene, clients: scene.clients.filter((name) => only.includes(name)) }));
  return { ...settings, scenes };
}
