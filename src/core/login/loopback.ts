import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { AuthenticationError } from "../../errors/index.ts";
import { codeOf } from "../transport/wire.ts";
import { letGo } from "../transport/scope.ts";
import { htmlOf, pageHeaders, pages, type Page } from "./page.ts";

/** Waits on this machine for a browser to come back. */
export interface LoopbackListener {
  readonly redirectUri: string;
  /** The query of the callback. Never rejects. */
  readonly callback: Promise<URLSearchParams>;
  /** Stops listening at once; an answer that is on its way still arrives. */
  close(): void;
}

export interface LoopbackOptions {
  /** The first that is free is taken; 0 stands for any. */
  readonly ports: readonly number[];
  /** Begins with a slash. */
  readonly path: string;
  /** What the callback has to know; anything else is somebody else's. */
  readonly state: string;
}

const host = "127.0.0.1";
/** For a whole request, in milliseconds: a browser sends it at once. */
const requestTimeout = 5_000;
/** Above it the oldest is dropped, so that who holds connections open keeps nobody else out. */
const mostConnections = 32;
/** For the last bytes of an answer, in milliseconds. */
const grace = 1_000;

/**
 * Listens on 127.0.0.1 for the one request that knows the state. All others are answered, and the waiting goes on. Neither
 * the listener nor its connections keep the process alive: whoever waits has a timer of its own.
 *
 * @throws {@link AuthenticationError} naming the ports when none is free.
 */
export async function listenForCallback({ ports, path, state }: LoopbackOptions): Promise<LoopbackListener> {
  const [{ createServer }, { createHash, timingSafeEqual }] = await Promise.all([import("node:http"), import("node:crypto")]);
  // Hashes have one length, whatever was sent.
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const knows = (text: string): boolean => timingSafeEqual(digest(text), digest(state));
  const settings = { headersTimeout: requestTimeout, requestTimeout, connectionsCheckingInterval: 500, keepAlive: false };
  const { promise: callback, resolve } = deferred<URLSearchParams>();
  let answered = false;
  const server = createServer(settings, (request, response) => {
    const found = judge(request, { path, port: portOf(server), knows });
    if (found === undefined || "page" in found) {
      answer(response, found?.page ?? pages.nothing);
    } else if (answered) {
      answer(response, pages.again);
    } else {
      answered = true;
      answer(response, found.query.has("error") || !found.query.has("code") ? pages.refused : pages.done, () => {
        resolve(found.query);
      });
    }
  });
  const connections = guarded(server);
  const port = await firstFree(server, ports);
  return { redirectUri: `http://${host}:${port}${path}`, callback, close: () => { close(server, connections); } };
}

/** What a request is: the callback with its query, or what its sender is told. */
function judge(
  { method, url = "", headers, headersDistinct }: IncomingMessage,
  { path, port, knows }: { path: string; port: number; knows: (state: string) => boolean },
): { readonly query: URLSearchParams } | { readonly page: Page } | undefined {
  // A page of another site can make a name of its own lead here; then the name is in this header.
  if (headers.host !== new URL(`http://${host}:${port}`).host || headersDistinct["host"]?.length !== 1) return { page: pages.foreign };
  if (!url.startsWith("/") || !URL.canParse(url, `http://${host}`)) return { page: pages.foreign };
  const { pathname, searchParams } = new URL(url, `http://${host}`);
  if (pathname !== path || url.startsWith("//")) return undefined;
  if (method !== "GET") return { page: pages.foreign };
  // Before anything else of the query is looked at, also an error: it may be an attacker's.
  const [state, second] = searchParams.getAll("state");
  return state !== undefined && second === undefined && knows(state) ? { query: searchParams } : { page: pages.foreign };
}

function answer(response: ServerResponse, page: Page, done: () => void = () => undefined): void {
  // Written out, or the browser has gone: both end it.
  response.once("finish", done).once("close", done);
  const html = htmlOf(page);
  response.writeHead(page.status, { ...pageHeaders, "content-length": Buffer.byteLength(html) }).end(html);
}

/** Limits what connections can do, and keeps account of them. */
function guarded(server: Server): Set<Socket> {
  const connections = new Set<Socket>();
  server.setTimeout(requestTimeout, (socket) => socket.destroy());
  // What goes wrong with one connection is no trouble of the others.
  server.on("error", () => undefined);
  server.on("connection", (socket: Socket) => {
    socket.unref();
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
    const [oldest] = connections;
    if (connections.size > mostConnections) oldest?.destroy();
  });
  return connections;
}

async function firstFree(server: Server, ports: readonly number[]): Promise<number> {
  const tried: string[] = [];
  for (const port of ports) {
    const failure = await listenOn(server, port);
    if (failure === undefined) return portOf(server);
    tried.push(`${port} (${codeOf(failure).code ?? "no reason given"})`);
  }
  throw new AuthenticationError(`no port on this machine is free for the login to come back to: ${tried.join(", ")}`, "LOGIN_FAILED", {
    retryable: true,
    hint: "End what uses one of them, or configure others that the authorization server knows.",
  });
}

function listenOn(server: Server, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const failed = (error: Error): void => {
      server.off("listening", listening);
      resolve(error);
    };
    const listening = (): void => {
      server.off("error", failed);
      server.unref();
      resolve(undefined);
    };
    // On this one address, and not shared with other processes of a cluster.
    server.once("error", failed).once("listening", listening).listen({ port, host, exclusive: true });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function close(server: Server, connections: ReadonlySet<Socket>): void {
  server.close();
  const rest = setTimeout(() => {
    for (const socket of connections) socket.destroy();
  }, grace);
  letGo(rest);
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
