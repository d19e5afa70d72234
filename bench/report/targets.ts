import { clients, peers } from "../clients/names.ts";
import { kilobytes } from "../parts/sizes.ts";
import { mebibytes } from "../parts/heap.ts";
import type { RenewalRow } from "../parts/renewal.ts";
import type { Results } from "../results.ts";
import { median } from "../runs/numbers.ts";
import { bestPeer, importOf, ratioTo } from "./figures.ts";

/** One promise about speed or size, and what was measured. */
export interface Target {
  readonly what: string;
  readonly promised: string;
  readonly measured: string;
  readonly reached: boolean;
}

export function targets(results: Results): Target[] {
  return [
    ...speed(results, 1, 3.0, 3.4),
    ...speed(results, 50, 4.5, 4.5),
    ...against(results),
    overhead(results),
    ...results.renewal.filter(({ concurrency }) => concurrency === 50).map(renewal),
    heap(results),
    imports(results),
    size(results),
  ];
}

function speed(results: Results, concurrency: number, timesFetch: number, timesBest: number): Target[] {
  const best = bestPeer(results, concurrency);
  return [
    atLeast(`\`serviceAccounts.list\`, ${concurrency} at a time, against \`fetch\``, timesFetch, ratioTo(results, "fetch", concurrency), ""),
    atLeast(`the same, against the fastest peer`, timesBest, ratioTo(results, best, concurrency), ` (${best})`),
  ];
}

function against(results: Results): Target[] {
  return [1, 50].map((concurrency) =>
    atLeast(`against \`node:http\` by hand, ${concurrency} at a time`, 0.85, ratioTo(results, "node:http", concurrency), ""),
  );
}

function atLeast(what: string, limit: number, ratio: number, note: string): Target {
  return { what, promised: `at least ${limit} x`, measured: `${ratio.toFixed(2)} x${note}`, reached: ratio >= limit };
}

function overhead({ overhead }: Results): Target {
  const added = median(overhead.map(({ keylight, stub }) => keylight - stub));
  const json = median(overhead.map((row) => row.json));
  return {
    what: "CPU that keylight adds to its transport, without a network",
    promised: "at most 20 µs a call",
    measured: `${added.toFixed(1)} µs, of it ${json.toFixed(1)} µs for the JSON`,
    reached: added <= 20,
  };
}

function renewal({ concurrency, plainMs, expiredMs, logins, loginMs }: RenewalRow): Target {
  const plain = median(plainMs);
  const expired = median(expiredMs);
  const limit = plain * 1.3 + loginMs;
  const most = Math.max(...logins);
  return {
    what: `1,000 calls, ${concurrency} at a time, and a session ends among them`,
    promised: "at most 1.3 x the time without, and one login",
    measured: `${(expired / plain).toFixed(2)} x, ${expired.toFixed(0)} ms of ${limit.toFixed(0)} ms allowed, ${most} login${most === 1 ? "" : "s"}`,
    reached: expired <= limit && logins.every((count) => count === 1),
  };
}

function heap({ heap }: Results): Target {
  const row = heap.find(({ client }) => client === "keylight");
  const growth = row?.growth ?? Number.NaN;
  const calls = (row?.calls ?? 0).toLocaleString("en");
  return { what: `heap after ${calls} calls, after collection`, promised: "less than 2 MiB more", measured: mebibytes(growth), reached: growth < 2 * 1_048_576 };
}

function imports(results: Results): Target {
  const ours = importOf(results, "keylight");
  const times = peers.map((name) => ({ name, ms: importOf(results, clients[name].module) }));
  const fastest = times.reduce((best, peer) => (peer.ms < best.ms ? peer : best));
  return {
    what: '`import("keylight")`',
    promised: "at most the fastest peer's",
    measured: `${ours.toFixed(1)} ms, ${fastest.name} ${fastest.ms.toFixed(1)} ms`,
    reached: ours <= fastest.ms,
  };
}

function size({ sizes }: Results): Target {
  const row = sizes.find(({ module }) => module === "keylight");
  const gzipped = row?.gzipped ?? Number.NaN;
  const later = gzipped - (row?.atImport ?? gzipped);
  const measured = `${kilobytes(gzipped)}${later > 0 ? `, of it ${kilobytes(later)} loaded when first used` : ""}`;
  return { what: "`import { Client }`, minified and gzipped", promised: "at most 20 kB with all that it needs", measured, reached: gzipped <= 20_000 };
}

/** For the terminal. */
export function targetLines(results: Results): string[] {
  const plain = (text: string): string => text.replaceAll("`", "");
  const list = targets(results);
  const lines = list.map(({ what, promised, measured, reached }) => `${reached ? "reached" : "MISSED "}  ${plain(what)}: ${measured} (${promised})`);
  return [...lines, `${list.filter(({ reached }) => reached).length} of ${list.length} targets reached`];
}
