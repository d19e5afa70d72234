/** The workers of `examples/fleet/`, each a process of its own, as a test drives them. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, onTestFinished } from "vitest";
import type { FakeLumar } from "keylight/testing";
import type { Job, Result } from "../../examples/fleet/worker.ts";
import { programFile } from "../support/program.ts";

class Worker {
  /** What it printed, a line each. */
  readonly lines: string[] = [];
  readonly results: Result[] = [];
  readonly ready: Promise<unknown>;
  /** Its exit code, when everything has been read that it printed. */
  readonly ended: Promise<number | null>;
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #accountId: string;
  readonly #waiting = new Map<number, { resolve: (result: Result) => void; reject: (error: Error) => void }>();
  #given = 0;

  constructor(program: string, name: string, variables: Record<string, string>) {
    this.name = name;
    this.#accountId = variables["LC_ACCOUNT_ID"] ?? "";
    const env = { PATH: process.env["PATH"], ...variables, WORKER_NAME: name };
    this.#child = fork(program, { env, execArgv: ["--unhandled-rejections=strict"], stdio: ["ignore", "pipe", "pipe", "ipc"] });
    onTestFinished(() => void this.#child.kill("SIGKILL"));
    // Not its "close", which does not come when this end hangs up.
    const exit = once(this.#child, "exit");
    const read = [this.#child.stdout, this.#child.stderr].map((stream) => (stream === null ? undefined : once(createInterface(stream).on("line", (line) => this.lines.push(line)), "close")));
    this.ended = Promise.all([exit, ...read]).then(([[code]]) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${name} has ended: ${this.lines.join("\n")}`));
      return typeof code === "number" ? code : null;
    });
    this.ready = Promise.race([once(this.#child, "message"), this.ended.then(() => Promise.reject(new Error(this.lines.join("\n"))))]);
    this.#child.on("message", (told: "ready" | Result) => {
      if (told === "ready") return;
      this.results.push(told);
      this.#waiting.get(told.id)?.resolve(told);
      this.#waiting.delete(told.id);
    });
  }

  /** One job, until it is answered. */
  work(): Promise<Result> {
    const id = (this.#given += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, accountId: this.#accountId } satisfies Job, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  get given(): number {
    return this.#given;
  }

  async end(): Promise<void> {
    this.#child.disconnect();
    expect(await this.ended, this.lines.join("\n")).toBe(0);
  }
}

/** How many jobs a worker has in hand at a time, besides those of a round. */
const lanes = 2;

export class Fleet {
  readonly workers: readonly Worker[];
  readonly #fake: FakeLumar;
  #busy: Promise<unknown> | undefined;
  #resting = false;

  private constructor(workers: readonly Worker[], fake: FakeLumar) {
    this.workers = workers;
    this.#fake = fake;
  }

  /** Resolves once every worker is there. None has called anything by then. */
  static async start(size: number, fake: FakeLumar, variables: Record<string, string>): Promise<Fleet> {
    const program = await programFile(new URL("../../examples/fleet/worker.ts", import.meta.url));
    const workers = Array.from({ length: size }, (_, index) => new Worker(program, `worker-${String(index + 1)}`, variables));
    await Promise.all(workers.map(({ ready }) => ready));
    return new Fleet(workers, fake);
  }

  /** From now on each worker gets another job for each that it answers. */
  keepBusy(): void {
    const lane = async (worker: Worker): Promise<void> => {
      while (!this.#resting) await worker.work();
    };
    this.#busy = Promise.all(this.workers.flatMap((worker) => Array.from({ length: lanes }, () => lane(worker))));
    // For end() to tell: a test that has failed before ends the workers in mid-work.
    this.#busy.catch(() => undefined);
  }

  /** Every worker has begun and ended a few jobs since this was called. */
  async round(): Promise<void> {
    await Promise.all(
      this.workers.map(async (worker) => {
        for (let job = 0; job < 3; job += 1) await worker.work();
      }),
    );
  }

  /** The last jobs are done, and every process has ended well. */
  async end(): Promise<void> {
    this.#resting = true;
    await this.#busy;
    await Promise.all(this.workers.map((worker) => worker.end()));
  }

  /** How many logins each worker has made, as the server counts. */
  logins(): number[] {
    const made = this.#fake.requests.filter(({ operationName }) => operationName === "LoginWithUserKey").map(({ headers }) => headers["apollographql-client-name"]);
    return this.workers.map(({ name }) => made.filter((by) => by === name).length);
  }

  /** The sessions that a worker has used, as the server saw it. */
  sessionsOf({ name }: Worker): Set<string> {
    const own = this.#fake.requests.filter(({ headers }) => headers["apollographql-client-name"] === name);
    return new Set(own.flatMap(({ headers }) => headers["x-auth-token"] ?? []));
  }

  /** What each worker printed, without the lines that tell of a login. */
  warnings(): string[][] {
    return this.workers.map(({ name, lines }) => lines.filter((line) => line !== `${name}: keylight: logged in`));
  }
}
