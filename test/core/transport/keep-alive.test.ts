import { once } from "node:events";
import { Agent, createServer, request, type AgentOptions, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { keepConnections } from "../../../src/core/transport/keep-alive.ts";

interface Counted {
  readonly url: URL;
  readonly server: Server;
  /** The connection that each request came over, numbered from 0. */
  readonly over: number[];
  /** The server's ends of the connections. */
  readonly sockets: Socket[];
}

async function serve(answer: RequestListener = (_incoming, response) => response.end("{}")): Promise<Counted> {
  const sockets: Socket[] = [];
  const over: number[] = [];
  const server = createServer((incoming, response) => {
    over.push(sockets.indexOf(incoming.socket));
    incoming.resume().on("end", () => { answer(incoming, response); });
  });
  server.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), server, over, sockets };
}

function agentOf(options: AgentOptions = {}): Agent {
  const agent = new Agent({ keepAlive: true, timeout: 4_000, ...options });
  keepConnections(agent);
  onTestFinished(() => { agent.destroy(); });
  return agent;
}

/** Resolves when the answer has been read and the connection is free. */
async function ask(agent: Agent, url: URL): Promise<void> {
  const outgoing = request(url, { agent, method: "POST" });
  outgoing.end();
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  incoming.resume();
  await once(outgoing, "close");
}

describe("a connection that is free", () => {
  test("carries the next request", async () => {
    const { url, over } = await serve();
    const agent = agentOf();
    for (let call = 0; call < 5; call += 1) await ask(agent, url);
    expect(over).toEqual([0, 0, 0, 0, 0]);
  });

  test("that was used last is used first, and none is used twice at a time", async () => {
    const held: (() => void)[] = [];
    const { url, over } = await serve((_incoming, response) => { held.push(() => response.end("{}")); });
    const agent = agentOf();
    const answered = async (calls: Promise<void>[]): Promise<void> => {
      while (held.length < calls.length) await new Promise(setImmediate);
      for (const [index, release] of held.splice(0).entries()) {
        release();
        await calls[index];
      }
    };
    await answered([ask(agent, url), ask(agent, url), ask(agent, url)]);
    expect([...over].sort()).toEqual([0, 1, 2]);
    const last = over.splice(0)[2];
    await answered([ask(agent, url)]);
    expect(over.splice(0)).toEqual([last]);
    await answered([ask(agent, url), ask(agent, url), ask(agent, url)]);
    expect([...over].sort()).toEqual([0, 1, 2]);
  });

  test("goes to its own server only", async () => {
    const [one, other] = [await serve(), await serve()];
    const agent = agentOf();
    for (const { url } of [one, other, one, other]) await ask(agent, url);
    expect([one.over, other.over]).toEqual([[0, 0], [0, 0]]);
  });

  test("and that the server has closed meanwhile carries nothing", async () => {
    const { url, over, sockets } = await serve();
    const agent = agentOf();
    const closed = new Promise<void>((resolve) => agent.once("free", (socket: Socket) => socket.once("close", () => { resolve(); })));
    await ask(agent, url);
    sockets[0]?.end();
    await closed;
    await ask(agent, url);
    expect(over).toEqual([0, 1]);
  });

  test("and over which the server sent what nobody asked for carries nothing, and is closed", async () => {
    const { url, over, sockets } = await serve();
    const agent = agentOf();
    const freed = once(agent, "free") as Promise<[Socket]>;
    await ask(agent, url);
    const [socket] = await freed;
    const before = socket.bytesRead;
    sockets[0]?.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]");
    while (socket.bytesRead === before) await new Promise(setImmediate);
    await ask(agent, url);
    expect(over).toEqual([0, 1]);
    expect(socket.destroyed).toBe(true);
  });

  test("and that breaks hurts nobody", async () => {
    const { url, over, sockets } = await serve();
    const agent = agentOf();
    const closed = new Promise<void>((resolve) => agent.once("free", (socket: Socket) => socket.once("close", () => { resolve(); })));
    await ask(agent, url);
    sockets[0]?.resetAndDestroy();
    await closed;
    await ask(agent, url);
    expect(over).toEqual([0, 1]);
  });

  test("is closed when its idle time is over, and not while it carries a request", async () => {
    let release = (): void => undefined;
    const { url, over, sockets } = await serve((_incoming, response) => {
      if (over.length === 2) release = () => response.end("{}");
      else response.end("{}");
    });
    const agent = agentOf({ timeout: 60 });
    const freed = once(agent, "free") as Promise<[Socket]>;
    await ask(agent, url);
    const [socket] = await freed;
    const second = ask(agent, url);
    const busy = sockets[0];
    await once(socket, "timeout");
    expect(busy?.destroyed).toBe(false);
    release();
    await second;
    expect(over).toEqual([0, 0]);
    if (busy !== undefined && !busy.closed) await once(busy, "close");
    await ask(agentOf(), url);
    expect(over).toEqual([0, 0, 1]);
  });

  test("is not used where the server gives it no time", async () => {
    const { url, over } = await serve((_incoming, response) => response.setHeader("keep-alive", "timeout=1").end("{}"));
    const agent = agentOf();
    await ask(agent, url);
    await ask(agent, url);
    expect(over).toEqual([0, 1]);
  });

  test("is not used where the server closes it", async () => {
    const { url, over } = await serve((_incoming, response) => response.setHeader("connection", "close").end("{}"));
    const agent = agentOf();
    await ask(agent, url);
    await ask(agent, url);
    expect(over).toEqual([0, 1]);
  });

  test("lets go of the request that it carried", async () => {
    const { url } = await serve();
    const agent = agentOf();
    const freed = once(agent, "free") as Promise<[Socket]>;
    await ask(agent, url);
    const [socket] = await freed;
    expect(Reflect.get(socket, "_httpMessage")).toBeNull();
  });

  test("is listened to once, however often it is used", async () => {
    const { url } = await serve();
    const agent = agentOf();
    const freed = once(agent, "free") as Promise<[Socket]>;
    await ask(agent, url);
    const [socket] = await freed;
    const listeners = (): number[] => ["error", "close", "timeout"].map((name) => socket.listenerCount(name));
    const before = listeners();
    for (let call = 0; call < 20; call += 1) await ask(agent, url);
    expect(listeners()).toEqual(before);
  });
});

test("destroy closes idle connections", async () => {
  const { url, sockets } = await serve();
  const agent = agentOf();
  await ask(agent, url);
  agent.destroy();
  const [socket] = sockets;
  if (socket?.closed === false) await once(socket, "close");
  expect(socket?.closed).toBe(true);
});

test("a request that is given up before it has its connection leaves none behind", async () => {
  const { url, over } = await serve();
  const agent = agentOf();
  const closed = new Promise((resolve) => request(url, { agent, method: "POST" }).on("error", () => undefined).on("close", resolve).destroy());
  await closed;
  await ask(agent, url);
  expect(over.length).toBe(1);
  await ask(agent, url);
  expect(new Set(over).size).toBe(1);
});

test("a runtime's agent of another kind is left as it is", () => {
  const agent = new Agent();
  Object.defineProperty(agent, "addRequest", { value: undefined, writable: true });
  const before = agent.listeners("free");
  keepConnections(agent);
  expect(agent.listeners("free")).toEqual(before);
  expect(Reflect.get(agent, "addRequest")).toBeUndefined();
});
