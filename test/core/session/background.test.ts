import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Client, memorySessionStore, type SessionStore } from "keylight";
import { LumarServer } from "../../support/lumar-server.ts";
import { transportName } from "../../support/transport.ts";

const day = 24 * 3_600_000;
const userKey = { id: 130, secret: "user-key-secret-for-tests" };
let server: LumarServer;
let endpoint: string;
let client: Client | undefined;

beforeEach(async () => {
  server = new LumarServer();
  endpoint = await server.start();
  server.live.add("token-from-before");
});
afterEach(async () => {
  vi.restoreAllMocks();
  await client?.close();
  await server.stop();
});

/** A store that holds a session of a given age for whoever asks. */
function storeWith(age: number, token = "token-from-before"): SessionStore {
  let session = { token, obtainedAt: new Date(Date.now() - age).toISOString() };
  return {
    get: () => Promise.resolve(session),
    set: (_key, next) => {
      session = next;
      return Promise.resolve();
    },
    delete: () => Promise.resolve(),
  };
}

const connect = (sessionStore: SessionStore): Client => (client = new Client({ endpoint, userKey, env: {}, sessionStore, retry: { attempts: 0 } }));

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(holds()).toBe(true);
}

describe("a session near the end of its 30 days", () => {
  it("is used as it is until a day before", async () => {
    await connect(storeWith(28.9 * day)).me();
    expect(server.logins).toBe(0);
  });

  it("is refreshed in the background within the last hour, and serves calls meanwhile", async () => {
    server.delay = ({ operationName }) => (operationName === "LoginWithUserKey" ? 100 : 0);
    const near = connect(storeWith(30 * day - 1_800_000));
    await near.me();
    await near.me();
    expect(server.calls.map(({ token }) => token)).toEqual(["token-from-before", "token-from-before"]);
    await until(() => server.live.size === 2);
    await new Promise((resolve) => setTimeout(resolve, 120));
    await near.me();
    expect(server.calls.at(-1)?.token).not.toBe("token-from-before");
    expect(server.logins).toBe(1);
  });

  it("past its end is not sent: the call waits for the login", async () => {
    await connect(storeWith(30 * day + 1)).me();
    expect(server.calls.map(({ token }) => token)).not.toContain("token-from-before");
    expect(server.logins).toBe(1);
  });

  it("is used though the clock has jumped back to before it was made: the server decides", async () => {
    await connect(storeWith(-40 * day)).me();
    expect(server.logins).toBe(0);
  });

  it("a background refresh that fails keeps the session, and crashes nothing", async () => {
    server.login = () => ({ status: 503, body: "busy" });
    const near = connect(storeWith(30 * day - 1_800_000));
    await near.me();
    await until(() => server.logins === 1);
    await near.me();
    expect(server.calls).toHaveLength(2);
  });

  it("age counts from before the login request", async () => {
    const now = vi.spyOn(Date, "now");
    const sessionStore = memorySessionStore();
    const saved = vi.spyOn(sessionStore, "set");
    server.delay = () => 80;
    const before = new Date().getTime();
    await connect(sessionStore).me();
    now.mockRestore();
    expect(Date.parse(saved.mock.calls[0]?.[1].obtainedAt ?? "")).toBeLessThan(before + 60);
  });
});

describe("a script that makes one call", () => {
  const transport = transportName === "fetch" ? "fetch: globalThis.fetch," : "";
  const script = (login: string): string => `
    import { Client } from "keylight";
    const store = {
      get: async () => ({ token: "token-from-before", obtainedAt: new Date(Date.now() - ${30 * day - 1_800_000}).toISOString() }),
      set: async () => {}, delete: async () => {},
    };
    const client = new Client({ endpoint: ${JSON.stringify(endpoint)}, userKey: ${JSON.stringify(userKey)}, env: {}, ${transport} ${login} });
    await client.me();
  `;
  const run = async (code: string): Promise<{ output: string; time: number }> => {
    const started = performance.now();
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", "--unhandled-rejections=strict", "--trace-warnings", "--input-type=module", "--eval", code],
      { timeout: 15_000 },
    );
    return { output: stdout + stderr, time: performance.now() - started };
  };

  it("exits by itself and prints nothing, with connections left open", async () => {
    const { output, time } = await run(script(""));
    expect(output).toBe("");
    expect(time).toBeLessThan(5_000);
  });

  it("exits by itself while a background refresh hangs", async () => {
    server.login = () => "hang";
    // Nothing lets go of a request that the runtime's fetch has sent: it holds the process until the login's own deadline.
    const ownDeadline = transportName === "fetch" ? "timeout: 1_000" : "";
    const { output, time } = await run(script(`sessionStore: store, ${ownDeadline}`));
    expect(output).toBe("");
    expect(server.calls).toHaveLength(1);
    expect(server.logins).toBe(1);
    expect(time).toBeLessThan(5_000);
  });
});
