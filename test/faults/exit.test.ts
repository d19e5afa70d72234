import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { transportName } from "../support/transport.ts";
import { run, type Ended } from "./child.ts";
import { unauthenticated, type Fault } from "./fault.ts";
import { FaultServer } from "./server.ts";
import { timed } from "./support.ts";

type Credential = "an API key" | "a user key" | "an aged session";

interface Script {
  readonly credential: Credential;
  /** What its calls meet, one after the other. */
  readonly calls?: readonly Fault[];
  /** What every login meets. */
  readonly logins?: Fault;
  readonly expected: { readonly calls: number; readonly logins: number | undefined };
}

const refusal: Fault = { body: { errors: [{ message: "no", extensions: { code: "INCORRECT_USER_KEY_ID_OR_SECRET" } }], data: null } };
const inBackground = { credential: "an aged session", expected: { calls: 1, logins: undefined } } as const;

const scripts: Readonly<Record<string, Script>> = {
  "with an API key": { credential: "an API key", expected: { calls: 1, logins: 0 } },
  "with a user key that logs in": { credential: "a user key", expected: { calls: 1, logins: 1 } },
  "with a call that was retried and a session that was renewed": { credential: "a user key", calls: [{ drop: "answer" }, unauthenticated], expected: { calls: 3, logins: 2 } },
  "with a refresh in the background that succeeds": { ...inBackground, logins: {} },
  "with a refresh in the background that is answered with a web page": { ...inBackground, logins: { status: 503, body: "<p>maintenance</p>" } },
  "with a refresh in the background that is refused": { ...inBackground, logins: refusal },
  "with a refresh in the background that is dropped": { ...inBackground, logins: { drop: "answer" } },
  "with a refresh in the background that is never answered": { ...inBackground, logins: { delay: Infinity } },
};

/** The process of one script, with the server that it called. */
interface Outcome {
  readonly server: FaultServer;
  readonly ended: Ended;
  readonly ms: number;
}

async function outcomeOf({ credential, calls = [], logins = {} }: Script): Promise<Outcome> {
  const server = await new FaultServer().start();
  server.script("Me", ...calls);
  server.decide = ({ operation }) => (operation === "LoginWithUserKey" ? logins : undefined);
  const { lumar, endpoint } = server;
  // Nothing lets go of a request that the runtime's fetch has sent, so that such a refresh may hold a process until its own deadline.
  const timeout = transportName === "fetch" && logins.delay !== undefined ? { timeout: 1_000 } : {};
  const options = credential === "an API key" ? { apiKey: lumar.addKey().apiKey } : { userKey: lumar.userKey, ...timeout };
  const agedToken = credential === "an aged session" ? { agedToken: lumar.addSession() } : {};
  const { outcome: ended, ms } = await timed(() => run("one-call", { endpoint, credential: options, ...agedToken }));
  return { server, ended, ms };
}

describe(`a script that makes one call over ${transportName} exits by itself, and nothing prints:`, () => {
  const outcomes = new Map<string, Promise<Outcome>>();
  // All at once, since some wait.
  beforeAll(() => {
    for (const [name, script] of Object.entries(scripts)) outcomes.set(name, outcomeOf(script));
  });
  afterAll(async () => {
    for (const outcome of outcomes.values()) await (await outcome).server.stop();
  });

  test.each(Object.entries(scripts))("%s", async (name, { expected }) => {
    const outcome = await outcomes.get(name);
    expect(outcome?.ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    // Long before the deadline of a login, which is 30 s.
    expect(outcome?.ms).toBeLessThan(8_000);
    expect(outcome?.server.of("Me").length).toBe(expected.calls);
    expect(outcome?.server.of("Me").at(-1)?.ran).toBe(true);
    if (expected.logins !== undefined) expect(outcome?.server.logins).toBe(expected.logins);
  });
});
