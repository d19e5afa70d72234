import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export interface RedisServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Why there is no Redis to test with; undefined when there is one. */
export const noRedis: string | undefined =
  process.env["REDIS_URL"] !== undefined || binary() !== undefined
    ? undefined
    : "no Redis: neither is REDIS_URL set nor is redis-server installed; its tests are skipped";
if (noRedis !== undefined) console.warn(noRedis);

function binary(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
  return folders.map((folder) => join(folder, "redis-server")).find((path) => existsSync(path));
}

/** The Redis of `REDIS_URL`, else one of our own. */
export async function startRedis(): Promise<RedisServer> {
  const url = process.env["REDIS_URL"];
  return url === undefined ? startOwnRedis() : { url, stop: () => Promise.resolve() };
}

/** Why there is no Redis of our own to test with. */
export const noOwnRedis: string | undefined = binary() === undefined ? "no redis-server is installed; tests that end one are skipped" : undefined;
if (noOwnRedis !== undefined && noRedis === undefined) console.warn(noOwnRedis);

/** A Redis that a test may do anything to. */
export interface OwnRedis extends RedisServer {
  /** Ends it as a power failure would: nothing is kept. */
  kill(): Promise<void>;
  /** After {@link kill}: an empty one, on the same port. */
  startAgain(): Promise<void>;
  /** Connections stay open, and nothing is answered until {@link goOn}. */
  hold(): void;
  goOn(): void;
}

/** A Redis on a free loopback port, which keeps nothing. */
export async function startOwnRedis(): Promise<OwnRedis> {
  const path = binary();
  if (path === undefined) throw new Error(noOwnRedis);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "keylight-redis-"));
  const start = async (): Promise<ChildProcess> => {
    const started = spawn(path, ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder], { stdio: "ignore" });
    await answering(port, started);
    return started;
  };
  let child = await start();
  return {
    url: `redis://127.0.0.1:${String(port)}`,
    kill: () => ended(child, "SIGKILL"),
    startAgain: async () => {
      child = await start();
    },
    hold: () => void child.kill("SIGSTOP"),
    goOn: () => void child.kill("SIGCONT"),
    stop: async () => {
      child.kill("SIGCONT");
      await ended(child, "SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => {
    child.once("exit", resolve);
    child.kill(signal);
  });
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error("redis-server ended at once");
    if (await pong(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("redis-server does not answer");
}

function pong(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" }, () => socket.write("PING\r\n"));
    socket.once("data", (data) => {
      socket.destroy();
      resolve(String(data).startsWith("+PONG"));
    });
    socket.once("error", () => resolve(false));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(server: Server): Promise<AddressInfo> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address() as AddressInfo;
}

/** A line to a Redis that can be cut, so that it is gone, or held, so that it hangs. */
export class RedisLine {
  /** Whether what clients send is kept back. */
  held = false;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #port = 0;

  constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.#server = createServer((near) => {
      const far = createConnection({ host: hostname, port: Number(port === "" ? 6379 : port) });
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          near.destroy();
          far.destroy();
          this.#sockets.delete(socket);
        });
      }
      near.on("data", (data) => {
        if (!this.held) far.write(data);
      });
      far.on("data", (data) => near.write(data));
    });
  }

  async open(): Promise<string> {
    this.#port = (await listening(this.#server)).port;
    return `redis://127.0.0.1:${String(this.#port)}`;
  }

  /** Takes connections again, on the same port. */
  async mend(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
