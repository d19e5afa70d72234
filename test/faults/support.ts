import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { inspect } from "node:util";
import { onTestFinished } from "vitest";
import { Client, KeylightError, type ClientOptions } from "keylight";
import { faultServer, type FaultServer } from "./server.ts";

/** Retries that wait next to nothing, for cases that are not about waiting. */
export const quick: ClientOptions = { retry: { attempts: 2, maxDelay: 5 } };

/** A client that reads no variable of this process and is closed after the test. */
export function clientAt(endpoint: string, options: ClientOptions): Client {
  const client = new Client({ endpoint, env: {}, ...options });
  onTestFinished(() => client.close());
  return client;
}

export interface World {
  readonly server: FaultServer;
  readonly client: Client;
}

/** A server, and a client with a session token. */
export async function withToken(options: ClientOptions = {}): Promise<World> {
  const server = await faultServer();
  return { server, client: clientAt(server.endpoint, { sessionToken: server.lumar.addSession(), ...options }) };
}

/** A server, and a client with a key of a service account. */
export async function withApiKey(options: ClientOptions = {}): Promise<World & { apiKey: string }> {
  const server = await faultServer();
  const { apiKey } = server.lumar.addKey("robot");
  return { server, client: clientAt(server.endpoint, { apiKey, ...options }), apiKey };
}

/** A server, and a client with a user key. */
export async function withUserKey(options: ClientOptions = {}): Promise<World> {
  const server = await faultServer();
  return { server, client: clientAt(server.endpoint, { userKey: server.lumar.userKey, ...options }) };
}

/** A write of a caller's own; the server counts its effects. */
export const write = "mutation Write { deleteSession { token } }";

/** Whatever the promise rejects with. */
export async function rejection(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then((value) => ({ value }), (error: unknown) => ({ error }));
  if ("error" in outcome) return outcome.error;
  throw new Error(`expected a rejection, not ${inspect(outcome.value)}`);
}

/** What the promise rejects with, which must be an error of keylight. */
export async function failure(work: Promise<unknown>): Promise<KeylightError> {
  const error = await rejection(work);
  if (error instanceof KeylightError) return error;
  throw new Error(`expected an error of keylight, not ${inspect(error)}`);
}

/** Everything that an error says in words. */
export function said(error: unknown): string {
  return `${String(error)} ${error instanceof Error ? String(error.stack) : ""} ${JSON.stringify(error)} ${inspect(error, { showHidden: true, depth: 9 })}`;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until something holds, for at most five seconds. */
export async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error("it never came to hold");
    await sleep(3);
  }
}

/** What the work came to, and how long it took, in milliseconds. */
export async function timed<T>(work: () => Promise<T>): Promise<{ outcome: T; ms: number }> {
  const started = performance.now();
  const outcome = await work();
  return { outcome, ms: performance.now() - started };
}

/** A port at which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Repeats something so many times at once. */
export function many<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)));
}

/** A server below HTTP that takes connections and never says a word. */
export async function silentServer(): Promise<{ port: number; connections: () => number; open: () => number }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("data", () => undefined).on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections, open: () => sockets.size };
}
