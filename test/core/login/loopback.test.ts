import { once } from "node:events";
import { get, request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, onTestFinished, test } from "vitest";
import { listenForCallback, type LoopbackListener } from "../../../src/core/login/loopback.ts";
import { canary } from "../../oracle/oracle.ts";

const state = "the-state-that-only-this-login-knows-0123456";
const code = "a-code-that-nobody-may-see-0123456789";

async function listening(): Promise<LoopbackListener & { readonly port: number; readonly arrived: () => boolean }> {
  const listener = await listenForCallback({ ports: [0], path: "/callback", state });
  onTestFinished(() => { listener.close(); });
  let arrived = false;
  void listener.callback.then(() => (arrived = true));
  return { ...listener, port: Number(new URL(listener.redirectUri).port), arrived: () => arrived };
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

function ask(port: number, path: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, text }); });
    });
    request.on("error", reject).end();
  });
}

/** Sends these bytes, and gives what comes back until the connection ends. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk) => (text += String(chunk)));
  socket.on("error", () => undefined);
  socket.write(bytes);
  await once(socket, "close");
  return text;
}

test("the callback that knows the state is answered with a page, and its query is given", async () => {
  canary(code);
  const { port, callback, redirectUri } = await listening();
  expect(redirectUri).toBe(`http://127.0.0.1:${port}/callback`);
  const answer = await ask(port, `/callback?code=${code}&state=${state}`);
  expect(answer.status).toBe(200);
  expect(answer.text).toContain("You can close this window");
  expect(answer.text + JSON.stringify(answer.headers)).not.toMatch(new RegExp(`${code}|${state}`));
  expect(answer.headers).toMatchObject({
    connection: "close",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "content-security-policy": expect.stringContaining("default-src 'none'") as string,
    "content-type": "text/html; charset=utf-8",
  });
  expect([...(await callback)]).toEqual([["code", code], ["state", state]]);
});

test("an error that knows the state ends the waiting too, with a page that does not say it went well", async () => {
  const { port, callback } = await listening();
  const { text } = await ask(port, `/callback?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E&state=${state}`);
  expect(text).toContain("not completed");
  expect(text).not.toMatch(/script|access_denied/);
  expect((await callback).get("error")).toBe("access_denied");
});

describe("while the waiting goes on, it answers and ignores", () => {
  const good = `/callback?code=${code}&state=${state}`;
  test.each<[string, number, string, { method?: string; headers?: Record<string, string> }?]>([
    ["a callback without a state", 400, `/callback?code=${code}`],
    ["one with an empty state", 400, `/callback?code=${code}&state=`],
    ["one with a foreign state", 400, `/callback?code=${code}&state=${state.replace("0", "1")}`],
    ["one with the beginning of the state", 400, `/callback?code=${code}&state=${state.slice(0, -1)}`],
    ["one with the state and another", 400, `/callback?code=${code}&state=${state}&state=x`],
    ["one with another, and then the state", 400, `/callback?code=${code}&state=x&state=${state}`],
    ["an error with a foreign state", 400, "/callback?error=access_denied&state=x"],
    ["an error without a state", 400, "/callback?error=access_denied"],
    ["the icon that browsers ask for", 404, "/favicon.ico"],
    ["the root", 404, "/"],
    ["a path below that of the callback", 404, `/callback/?code=${code}&state=${state}`],
    ["a path in another case", 404, good.replace("callback", "Callback")],
    ["a path that only becomes the callback", 404, `/x/%2e%2e/%63allback?code=${code}&state=${state}`],
    ["a POST", 400, good, { method: "POST" }],
    ["a HEAD", 400, good, { method: "HEAD" }],
    ["an OPTIONS", 400, good, { method: "OPTIONS" }],
    ["another host's name", 400, good, { headers: { host: "attacker.example" } }],
    ["this host's name", 400, good, { headers: { host: "localhost" } }],
    ["another port", 400, good, { headers: { host: "127.0.0.1:1" } }],
    ["the address without the port", 400, good, { headers: { host: "127.0.0.1" } }],
    ["another site's address as the target", 400, `http://attacker.example${good}`],
    ["two slashes before the host's name", 404, `//attacker.example${good}`],
  ])("%s", async (_name, status, path, options) => {
    const { port, callback, arrived } = await listening();
    const answer = await ask(port, path, options);
    expect(answer.status).toBe(status);
    expect(answer.headers["connection"]).toBe("close");
    expect(answer.text).not.toMatch(/close this window|attacker/);
    expect(arrived()).toBe(false);
    await ask(port, good);
    expect((await callback).get("code")).toBe(code);
  });

  test("requests that are none, or have no host or two", async () => {
    const { port, callback, arrived } = await listening();
    const answers = await Promise.all([
      raw(port, "nonsense\r\n\r\n"),
      raw(port, `GET ${good} HTTP/1.0\r\n\r\n`),
      raw(port, `GET ${good} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nHost: attacker.example\r\n\r\n`),
      raw(port, `GET ${good} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX: ${"x".repeat(40_000)}\r\n\r\n`),
      raw(port, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`),
    ]);
    for (const answer of answers) expect(answer).not.toContain("200 OK");
    expect(arrived()).toBe(false);
    await ask(port, good);
    expect((await callback).get("code")).toBe(code);
  });
});

test("of two callbacks that come at once, one counts, and the other is told", async () => {
  const { port, callback } = await listening();
  const answers = await Promise.all([1, 2].map((number) => ask(port, `/callback?code=code-${number}&state=${state}`)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  const first = answers[0]?.status === 200 ? "code-1" : "code-2";
  expect((await callback).get("code")).toBe(first);
});

test("a callback that is repeated after the login finds nobody", async () => {
  const { port, callback, close } = await listening();
  await ask(port, `/callback?code=${code}&state=${state}`);
  await callback;
  close();
  await expect(ask(port, `/callback?code=${code}&state=${state}`)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("it can be reached on 127.0.0.1 and at no other address of this machine", async () => {
  const { port } = await listening();
  const addresses = ["127.0.0.2", "::1", ...Object.values(networkInterfaces()).flatMap((all) => all ?? []).filter(({ internal }) => !internal).map(({ address }) => address)];
  for (const host of addresses) {
    const failure = await new Promise<string>((resolve) => {
      get({ host, port, path: "/", timeout: 2_000 }, () => { resolve("answered"); }).on("error", ({ name }) => { resolve(name); });
    });
    expect(failure, host).not.toBe("answered");
  }
});

describe("those who hold connections open", () => {
  /** Resolves when all of them are connected; `closed`, when all of them have been cut off. */
  async function held(port: number, count: number, beginning: string): Promise<{ closed: Promise<unknown> }> {
    const sockets = Array.from({ length: count }, () => connect(port, "127.0.0.1").on("error", () => undefined).resume());
    const closed = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.on("close", resolve))));
    await Promise.all(sockets.map((socket: Socket) => new Promise((resolve) => socket.on("connect", resolve).on("close", resolve))));
    for (const socket of sockets) socket.write(beginning);
    const timer = setInterval(() => {
      for (const socket of sockets) if (beginning !== "" && socket.writable) socket.write("x");
    }, 200);
    onTestFinished(() => {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
    });
    return { closed };
  }

  // All at once, since each waits for seconds.
  test("with whatever they send or do not send, keep no browser out, and are cut off", { timeout: 20_000 }, async () => {
    const beginnings = {
      "nothing at all": "",
      "a header that never ends": "GET /callback HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
      "a target that never ends": "GET /callback?x=",
      "a body that never ends": "POST /callback HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n",
    };
    await Promise.all(
      Object.entries(beginnings).map(async ([name, beginning]) => {
        const { port, callback } = await listening();
        const { closed } = await held(port, 100, beginning);
        const started = performance.now();
        expect((await ask(port, `/callback?code=${code}&state=${state}`)).status, name).toBe(200);
        await callback;
        expect(performance.now() - started, name).toBeLessThan(3_000);
        await closed;
        expect(performance.now() - started, name).toBeLessThan(10_000);
      }),
    );
  });

  test("are cut off at once when the login ends", async () => {
    const { port, close } = await listening();
    const { closed } = await held(port, 5, "GET /");
    const started = performance.now();
    close();
    await closed;
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
