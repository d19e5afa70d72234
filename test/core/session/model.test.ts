import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Client, isKeylightError } from "keylight";

/** What happens to the world, in an order that the scheduler chooses. */
type Step =
  | { kind: "call" | "revoke" }
  | { kind: "call, then abort"; after: number }
  | { kind: "clock jumps"; days: number }
  | { kind: "logins from now on"; outcome: LoginOutcome };
type LoginOutcome = "ok" | "refused" | "failing" | "hanging";

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Step>({ kind: "call" }) },
    { weight: 2, arbitrary: fc.constant<Step>({ kind: "revoke" }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("call, then abort" as const), after: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("clock jumps" as const), days: fc.integer({ min: -40, max: 40 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("logins from now on" as const),
        outcome: fc.constantFrom<LoginOutcome>("ok", "refused", "failing", "hanging"),
      }),
    },
  ),
  { minLength: 1, maxLength: 25 },
);

const realNow = Date.now.bind(Date);
const turnsOfTheLoop = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

/** A server whose answers arrive in the order that the scheduler chooses. */
class World {
  readonly live = new Set<string>();
  /** Logins that made a session, and logins that did not. */
  made = 0;
  failed = 0;
  refusedAt: number | undefined;
  loginsAfterRefusal = 0;
  revocations = 0;
  /** Clock jumps far enough to end a session by its age. */
  jumps = 0;
  unanswered = 0;
  outcome: LoginOutcome = "ok";
  /** For each call: the tokens that it sent, and those that it saw rejected. */
  readonly calls = new Map<string, { sent: string[]; rejected: string[] }>();
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
  }

  readonly fetch: typeof fetch = async (_url, init) => {
    const headers = new Headers(init?.headers);
    const isLogin = typeof init?.body === "string" && init.body.includes("LoginWithUserKey");
    this.unanswered += 1;
    try {
      await this.#scheduler.schedule(Promise.resolve(), isLogin ? "login arrives" : "call arrives");
      const answer = isLogin ? this.#logIn(init?.signal) : this.#call(headers);
      const response = await answer;
      await this.#scheduler.schedule(Promise.resolve(), "answer arrives");
      return response;
    } finally {
      this.unanswered -= 1;
    }
  };

  #logIn(signal: AbortSignal | null | undefined): Response | Promise<Response> {
    if (this.refusedAt !== undefined) this.loginsAfterRefusal += 1;
    if (this.outcome === "ok") {
      this.made += 1;
      const token = `token-${this.made}`;
      this.live.add(token);
      return json(200, { data: { createSessionUsingUserKey: { token } } });
    }
    this.failed += 1;
    if (this.outcome === "refused") {
      this.refusedAt = this.failed;
      return json(200, { data: null, errors: [{ message: "no", extensions: { code: "INCORRECT_USER_KEY_ID_OR_SECRET" } }] });
    }
    if (this.outcome === "failing") return json(503, {});
    return new Promise((_, reject) => {
      const leave = (): void => {
        reject(new Error("aborted"));
      };
      if (signal?.aborted === true) leave();
      else signal?.addEventListener("abort", leave);
    });
  }

  #call(headers: Headers): Response {
    const token = headers.get("x-auth-token") ?? "none";
    const call = this.calls.get(headers.get("x-call") ?? "") ?? { sent: [], rejected: [] };
    this.calls.set(headers.get("x-call") ?? "", call);
    call.sent.push(token);
    if (this.live.has(token)) return json(200, { data: { me: { id: "1", username: null } } });
    call.rejected.push(token);
    return json(401, { data: null, errors: [{ message: "no", extensions: { code: "UNAUTHENTICATED" } }] });
  }
}

/** Runs the steps, and gives how every call ended. */
async function live(world: World, client: Client, scheduler: fc.Scheduler, plan: readonly Step[]): Promise<PromiseSettledResult<unknown>[]> {
  const calls: Promise<unknown>[] = [];
  let offset = 0;
  vi.spyOn(Date, "now").mockImplementation(() => realNow() + offset);
  const act = (step: Step): void => {
    if (step.kind === "revoke") {
      world.revocations += 1;
      world.live.clear();
    } else if (step.kind === "clock jumps") {
      offset += step.days * 24 * 3_600_000;
      if (step.days > 0) world.jumps += 1;
    } else if (step.kind === "logins from now on") {
      world.outcome = step.outcome;
    } else {
      const abort = new AbortController();
      const call = client.me({ signal: abort.signal, headers: { "x-call": String(calls.length) } });
      calls.push(call);
      call.catch(() => undefined);
      if (step.kind === "call, then abort") {
        scheduler.schedule(Promise.resolve(), "abort").then(() => {
          abort.abort(new Error("left"));
        }, () => undefined);
      }
    }
  };
  const { task } = scheduler.scheduleSequence(plan.map((step) => ({
    label: step.kind,
    async builder() {
      act(step);
      // What a step sets off runs until it waits for the network again, so that the next choice is among requests.
      await turnsOfTheLoop();
    },
  })));
  await scheduler.waitFor(task);
  return scheduler.waitFor(Promise.allSettled(calls));
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("whatever the order of calls, rejections, logins, aborts, revocations and clock jumps", () => {
  it("logins are at most the revocations and one, no call repeats a rejected token, nothing hangs, nothing is left in flight", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), steps, async (scheduler, plan) => {
        const world = new World(scheduler);
        const client = new Client({ userKey: { id: 1, secret: "secret-of-a-key" }, env: {}, fetch: world.fetch, timeout: 60, retry: { attempts: 0 } });
        const results = await live(world, client, scheduler, plan);
        expect(world.made).toBeLessThanOrEqual(world.revocations + world.jumps + 1);
        expect(world.loginsAfterRefusal).toBe(0);
        for (const { sent, rejected } of world.calls.values()) {
          expect(new Set(sent).size).toBe(sent.length);
          expect(rejected.length).toBeLessThanOrEqual(2);
        }
        for (const result of results) {
          if (result.status === "rejected" && !isKeylightError(result.reason)) expect(result.reason).toMatchObject({ message: "left" });
        }
        await client.close();
        await scheduler.waitIdle();
        await turnsOfTheLoop();
        expect(world.unanswered).toBe(0);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it("with a server that works, every call succeeds unless revocations outrun it", async () => {
    const calm = fc.array(fc.constantFrom<Step>({ kind: "call" }, { kind: "call" }, { kind: "call" }, { kind: "revoke" }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), calm, async (scheduler, plan) => {
        const world = new World(scheduler);
        const client = new Client({ userKey: { id: 1, secret: "secret-of-a-key" }, env: {}, fetch: world.fetch, timeout: 5_000 });
        const results = await live(world, client, scheduler, plan);
        const failed = results.filter(({ status }) => status === "rejected");
        for (const result of failed) expect(result).toMatchObject({ reason: { code: expect.stringMatching(/SESSION_REJECTED_AFTER_LOGIN|LOGIN_FAILED/) as string } });
        if (world.revocations < 2) expect(failed).toHaveLength(0);
        expect(world.made).toBeLessThanOrEqual(world.revocations + 1);
        await client.close();
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
