import { performance } from "node:perf_hooks";
import { isKeylightError } from "keylight";
import type { House } from "./house.ts";
import type { RequestLog } from "./log.ts";
import type { CallFailure, CallReport, LogRow } from "./protocol.ts";

/** Makes a call so many times at once, through keylight, and tells what came of it here and at the server. */
export async function callAtOnce(house: House, call: () => Promise<string>, times: number, log: RequestLog): Promise<CallReport> {
  const before = log.lastId;
  const began = performance.now();
  const ends = await Promise.allSettled(Array.from({ length: times }, () => call()));
  const ms = Math.round(performance.now() - began);
  const answers = ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
  const rows = log.rows(before, house.name);
  const answer = answers.at(-1);
  return {
    calls: times,
    succeeded: answers.length,
    ...(answer === undefined ? {} : { answer }),
    failures: grouped(ends.flatMap((end) => (end.status === "rejected" ? [failureOf(end.reason)] : []))),
    ms,
    requests: rows.length,
    logins: rows.filter(({ isLogin }) => isLogin).length,
    statuses: countedStatuses(rows),
  };
}

function failureOf(error: unknown): Omit<CallFailure, "count"> {
  // A mistake of the sandbox's own: calls of keylight fail with nothing else.
  if (!isKeylightError(error)) throw error;
  const { code, message, hint, mayHaveExecuted } = error;
  return { code, message, mayHaveExecuted, ...(hint === undefined ? {} : { hint }) };
}

function grouped(failures: readonly Omit<CallFailure, "count">[]): CallFailure[] {
  const counts = new Map<string, CallFailure>();
  for (const failure of failures) {
    const key = JSON.stringify(failure);
    counts.set(key, { ...failure, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

function countedStatuses(rows: readonly LogRow[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { isLogin, status, dropped } of rows) {
    if (isLogin) continue;
    const text = dropped ? "dropped" : String(status);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts];
}
