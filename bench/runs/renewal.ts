/** 1,000 calls with the end of all sessions among them, against 1,000 without, by turns in one warm process. */
import { Client } from "keylight";
import type { Subject, Target } from "../clients/subject.ts";
import { countsOf, expireAfter } from "../server/control.ts";
import { driveCalls, driveFor } from "./drive.ts";
import { median, rounded } from "./numbers.ts";
import { finish, taskOf } from "./process.ts";

export interface RenewalTask {
  readonly concurrency: number;
  readonly target: Target;
  readonly control: string;
  readonly warmUp: number;
  readonly pairs: number;
}

export interface RenewalResult {
  /** Milliseconds of 1,000 calls each. */
  readonly plainMs: readonly number[];
  readonly expiredMs: readonly number[];
  /** Logins that the server saw in each of the latter, and calls that it refused. */
  readonly logins: readonly number[];
  readonly refused: readonly number[];
  /** A login by itself, in milliseconds. */
  readonly loginMs: number;
}

const calls = 1_000;
const { concurrency, target, control, warmUp, pairs } = taskOf<RenewalTask>();
const client = new Client({ endpoint: target.endpoint, userKey: target.userKey, env: {} });
const subject: Subject = { list: (accountId) => client.serviceAccounts.list(accountId) };

async function plain(): Promise<number> {
  return (await driveCalls(subject, concurrency, calls)).milliseconds;
}

async function expired(): Promise<{ milliseconds: number; logins: number; refused: number }> {
  const before = await countsOf(control);
  await expireAfter(control, calls / 2);
  const { milliseconds } = await driveCalls(subject, concurrency, calls);
  const after = await countsOf(control);
  return { milliseconds, logins: after.logins - before.logins, refused: after.refused - before.refused };
}

async function login(): Promise<number> {
  const started = performance.now();
  await client.login();
  return performance.now() - started;
}

await driveFor(subject, concurrency, warmUp);
await expired();
const plainMs: number[] = [];
const ends: Awaited<ReturnType<typeof expired>>[] = [];
const logins: number[] = [];
for (let pair = 0; pair < pairs; pair += 1) {
  // Whoever comes first in a pair is warmed by the other one.
  if (pair % 2 === 0) plainMs.push(await plain());
  ends.push(await expired());
  if (pair % 2 === 1) plainMs.push(await plain());
  logins.push(await login());
}
const result: RenewalResult = {
  plainMs: plainMs.map((ms) => rounded(ms, 1)),
  expiredMs: ends.map(({ milliseconds }) => rounded(milliseconds, 1)),
  logins: ends.map((end) => end.logins),
  refused: ends.map((end) => end.refused),
  loginMs: rounded(median(logins), 2),
};
finish(result);
