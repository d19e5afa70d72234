import { getEventListeners } from "node:events";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { AmbiguousMutationError } from "keylight";
import { transportName } from "../support/transport.ts";
import { unauthenticated } from "./fault.ts";
import { faultServer } from "./server.ts";
import { clientAt, many, rejection, silentServer, sleep, timed, until, withApiKey, withToken, withUserKey, write } from "./support.ts";

afterEach(() => vi.restoreAllMocks());

/** At once, on a machine that is busy, in milliseconds. */
const atOnce = 400;

/** Aborts, and expects the rejection at once, with the very reason, and no listener left. */
async function expectAbort(work: Promise<unknown>, controller: AbortController): Promise<void> {
  const reason = { why: "the user left" };
  const rejected = rejection(work);
  const { outcome, ms } = await timed(() => {
    controller.abort(reason);
    return rejected;
  });
  expect(outcome).toBe(reason);
  expect(ms).toBeLessThan(atOnce);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
}

/** Node's own word on too many listeners, and anything else that it warns of. */
function warnings(): unknown[] {
  const heard: unknown[] = [];
  const hear = (warning: unknown): void => void heard.push(warning);
  process.on("warning", hear);
  onTestFinished(() => void process.off("warning", hear));
  return heard;
}

describe(`over ${transportName}, an abort rejects at once with the signal's reason`, () => {
  test("before the call: nothing is sent", async () => {
    const { server, client } = await withApiKey();
    const signal = AbortSignal.abort("never mind");
    expect(await rejection(client.me({ signal }))).toBe("never mind");
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    expect(server.connections).toBe(0);
  });

  test("while the connection is made", async () => {
    const silent = await silentServer();
    const client = clientAt(`https://127.0.0.1:${silent.port}/graphql`, { sessionToken: "a-session-token" });
    const controller = new AbortController();
    const call = client.me({ signal: controller.signal });
    call.catch(() => undefined);
    await until(() => silent.connections() === 1);
    await expectAbort(call, controller);
    // The runtime's fetch goes on connecting, for whoever comes next.
    if (transportName !== "fetch") await until(() => silent.open() === 0);
  });

  test("while the headers are awaited; the connection is closed", async () => {
    const { server, client } = await withApiKey();
    server.script("Me", { delay: Infinity });
    const controller = new AbortController();
    const call = client.me({ signal: controller.signal });
    await until(() => server.visits.length === 1);
    await expectAbort(call, controller);
    await until(() => server.visits[0]?.left === true);
    expect(server.of("Me")).toHaveLength(1);
  });

  test("in the middle of the body; the connection is closed", async () => {
    const { server, client } = await withApiKey();
    server.script("Me", { stall: Infinity });
    const controller = new AbortController();
    const call = client.me({ signal: controller.signal });
    await until(() => server.visits.length === 1);
    await sleep(30);
    await expectAbort(call, controller);
    await until(() => server.visits[0]?.left === true);
  });

  test("in the wait before another attempt, which is never made", async () => {
    const { server, client } = await withApiKey();
    vi.spyOn(Math, "random").mockReturnValue(0.999);
    server.script("Me", { status: 429, body: "" }, { status: 429, body: "" });
    const controller = new AbortController();
    const call = client.me({ signal: controller.signal });
    // In the second wait, which takes 400 ms.
    await until(() => server.visits.length === 2);
    await sleep(60);
    await expectAbort(call, controller);
    await sleep(450);
    expect(server.of("Me")).toHaveLength(2);
  });

  test("during the login, which goes on for the others", async () => {
    const { server, client } = await withUserKey();
    server.script("LoginWithUserKey", { delay: 300 });
    const controller = new AbortController();
    const call = client.me({ signal: controller.signal });
    const other = client.me();
    await until(() => server.logins === 1);
    await expectAbort(call, controller);
    expect((await other).username).toBe("someone");
    expect([server.logins, server.of("Me").length]).toEqual([1, 1]);
  });

  test("during the renewal", async () => {
    const { server, client } = await withUserKey();
    server.script("Me", unauthenticated);
    server.script("LoginWithUserKey", undefined, { delay: 400 });
    const controller = new AbortController();
    const call = client.me({ signal: controller.signal });
    await until(() => server.logins === 2);
    await expectAbort(call, controller);
    expect(server.of("Me")).toHaveLength(1);
  });

  test("while a function is asked for the credential", async () => {
    const server = await faultServer();
    const controller = new AbortController();
    const client = clientAt(server.endpoint, { apiKey: () => new Promise(() => undefined) });
    const call = client.me({ signal: controller.signal });
    await sleep(10);
    await expectAbort(call, controller);
    expect(server.connections).toBe(0);
  });

  test("while login() and logout() wait", async () => {
    const { server, client } = await withUserKey();
    await client.me();
    server.script("LoginWithUserKey", { delay: 400 });
    const [first, second] = [new AbortController(), new AbortController()];
    const login = client.login({ signal: first.signal });
    await until(() => server.logins === 2);
    await expectAbort(login, first);
    server.script("DeleteSession", { delay: Infinity });
    const logout = client.logout({ signal: second.signal });
    await until(() => server.of("DeleteSession").length === 1);
    await expectAbort(logout, second);
  });

  test("while a write is out: the reason comes too, and the write is not sent again", async () => {
    const { server, client } = await withToken();
    server.script("Write", { delay: Infinity });
    const controller = new AbortController();
    const call = client.request(write, {}, { signal: controller.signal });
    await until(() => server.visits.length === 1);
    await expectAbort(call, controller);
    expect([server.of("Write").length, server.lumar.effect("Write")]).toEqual([1, 1]);
  });

  test("except for the creation of a key that is out: then the outcome is unknown", async () => {
    const { server, client } = await withToken();
    server.script("CreateServiceAccountKey", { delay: Infinity });
    const controller = new AbortController();
    const call = client.serviceAccounts.keys.create(server.lumar.serviceAccount.id, {}, { signal: controller.signal });
    await until(() => server.visits.length === 1);
    controller.abort();
    expect(await rejection(call)).toBeInstanceOf(AmbiguousMutationError);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });
});

describe(`over ${transportName}, 2,000 calls share one signal`, { timeout: 60_000 }, () => {
  test("and all of them succeed: no listener is left, and Node warns of nothing", async () => {
    const heard = warnings();
    const { server, client } = await withApiKey();
    const { signal } = new AbortController();
    const users = await many(2_000, () => client.me({ signal }));
    expect(users.every(({ username }) => username === "robot")).toBe(true);
    expect(server.of("Me")).toHaveLength(2_000);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    expect(heard).toEqual([]);
  });

  test("and all of them are aborted: each with the reason, at once", async () => {
    const heard = warnings();
    const { server, client } = await withApiKey({ timeout: 60_000 });
    server.decide = () => ({ delay: Infinity });
    const controller = new AbortController();
    const calls = many(2_000, () => rejection(client.me({ signal: controller.signal })));
    await until(() => server.visits.length >= 100);
    expect(getEventListeners(controller.signal, "abort").length).toBeLessThanOrEqual(1);
    const { outcome, ms } = await timed(() => {
      controller.abort("the user left");
      return calls;
    });
    expect(outcome.every((reason) => reason === "the user left")).toBe(true);
    expect(ms).toBeLessThan(4_000);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    await until(() => server.visits.every(({ left }) => left));
    expect(heard).toEqual([]);
  });
});
