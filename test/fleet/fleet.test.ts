import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeLumar, type FakeLumar } from "keylight/testing";
import { noOwnRedis, startOwnRedis, type OwnRedis } from "../support/redis.ts";
import { Fleet } from "./fleet.ts";

const run = promisify(execFile);
const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const size = 20;
const each = <T>(value: T): T[] => Array.from({ length: size }, () => value);
const warning: unknown = expect.stringMatching(/^worker-\d+: keylight: the session store is not available; sessions are kept in memory$/);
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

let fake: FakeLumar;
let server: { url: string; close: () => Promise<void> };
let redis: OwnRedis;
let fleet: Fleet;

beforeEach(async () => {
  fake = createFakeLumar();
  [server, redis] = await Promise.all([fake.listen(), startOwnRedis()]);
});
afterEach(async () => {
  await redis.stop();
  await server.close();
});

/** What the examples take from the environment. */
const variables = (): Record<string, string> => ({
  LC_API_URL: server.url,
  LC_USER_KEY_ID: fake.userKey.id,
  LC_USER_KEY_SECRET: fake.userKey.secret,
  LC_ACCOUNT_ID: fake.account.id,
  REDIS_URL: redis.url,
});

/** A fleet at work, which has made its first login. */
async function workingFleet(): Promise<void> {
  fleet = await Fleet.start(size, fake, variables());
  expect(fake.requests).toHaveLength(0);
  fleet.keepBusy();
  await fleet.round();
  expect(sum(fleet.logins())).toBe(1);
}

/** How many logins its end costs when the session is revoked, and `meanwhile` something happens: one at most for each worker. */
async function loginsForRevocation(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<number> {
  const before = fleet.logins();
  fake.expireSessions();
  await meanwhile();
  await fleet.round();
  const made = fleet.logins().map((count, index) => count - (before[index] ?? 0));
  expect(Math.max(...made)).toBe(1);
  return sum(made);
}

/** Every worker ends well, and every call of every worker has succeeded. */
async function nothingLost(): Promise<void> {
  await fleet.end();
  for (const { results, given } of fleet.workers) {
    expect(results).toHaveLength(given);
    expect(results.filter((result) => !("serviceAccounts" in result))).toEqual([]);
  }
}

/** Something that happens to Redis just when one worker logs in and the others wait for it, and how it ends. */
const troubles: readonly [name: string, begin: () => Promise<void>, end: () => Promise<void>][] = [
  ["ends, and an empty one takes its place", () => redis.kill(), () => redis.startAgain()],
  ["hangs, and goes on", async () => redis.hold(), async () => redis.goOn()],
];

describe.skipIf(noOwnRedis !== undefined)("twenty processes that share one session through Redis", { timeout: 60_000 }, () => {
  test("log in once in all, and once more when the session is revoked while they work", async () => {
    await workingFleet();
    expect(await loginsForRevocation()).toBe(1);
    await nothingLost();
    const sessions = fleet.workers.map((worker) => fleet.sessionsOf(worker));
    expect(new Set(sessions.flatMap((used) => [...used])).size).toBe(2);
    expect(sessions.map((used) => used.size)).toEqual(each(2));
    expect(fleet.warnings()).toEqual(each([]));
  });

  test.each(troubles)("lose nothing when Redis %s: a login and a warning each, and then one login in all again", async (_name, begin, end) => {
    await workingFleet();
    fake.failNext({ operationName: "LoginWithUserKey", delay: 300 });
    await loginsForRevocation(async () => {
      await expect.poll(() => sum(fleet.logins()), { timeout: 10_000 }).toBe(2);
      await begin();
    });
    expect(await loginsForRevocation()).toBe(size);
    expect(fleet.warnings()).toEqual(each([warning]));

    await end();
    // Each process asks Redis again when it next renews, once it is connected and some seconds have passed without an answer.
    await expect.poll(() => loginsForRevocation(), { timeout: 15_000, interval: 500 }).toBe(1);
    expect(await loginsForRevocation()).toBe(1);
    await nothingLost();
    expect(fleet.warnings()).toEqual(each([warning]));
  });

  test("are started by examples/fleet/main.ts, run as it is, which tells of one login and loses no job", async () => {
    const { stdout, stderr } = await run(process.execPath, ["--unhandled-rejections=strict", file("node_modules/tsx/dist/cli.mjs"), file("examples/fleet/main.ts"), "3", "2"], {
      env: { PATH: process.env["PATH"], ...variables() },
      timeout: 30_000,
    });
    const [, given, done] = /^3 workers, (\d+) jobs: (\d+) done, 0 not\n$/.exec(stdout) ?? [];
    expect(done).toBe(given);
    expect(stderr).toMatch(/^worker-[123]: keylight: logged in\n$/);
    const { length: answered } = fake.requests.filter(({ operationName }) => operationName === "ListServiceAccounts");
    expect([answered, fake.requests.length]).toEqual([Number(done), Number(done) + 1]);
  });
});
