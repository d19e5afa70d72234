import type { IncomingMessage, Server, ServerResponse } from "node:http";

/** A fake that listens on a real port. */
export interface Listening {
  /** The URL that a client is given: the endpoint's for a service that has one, else the base URL. */
  readonly url: string;
  /** Stops listening and ends all connections, also those in use. */
  readonly close: () => Promise<void>;
}

/**
 * Goes around a request of a fake that listens: looks at it, answers in the fake's place, or does something once it has been
 * answered.
 * @param request - with all of its headers, `host` among them; its body can be read once.
 * @param next - the fake itself.
 * @returns the answer; `Response.error()` breaks the connection.
 */
export type Around = (request: Request, next: (request: Request) => Promise<Response>) => Promise<Response>;

/** Where a server listens, and what it answers to. */
interface Site {
  readonly path: string;
  readonly serves: (path: string) => boolean;
  readonly port: number;
}

type Handle = (request: Request) => Promise<Response>;

/** Serves `handle` on 127.0.0.1; a path that it does not serve answers 404. */
export async function listen(handle: Handle, { path, serves, port }: Site): Promise<Listening> {
  const { createServer } = await import("node:http");
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing, handle, serves).catch(() => {
      outgoing.destroy();
    });
  });
  const url = `http://127.0.0.1:${String(await start(server, port))}${path}`;
  return { url, close: () => stop(server) };
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse, handle: Handle, serves: Site["serves"]): Promise<void> {
  // Not the Host header, which a client may set to anything.
  const url = new URL(incoming.url ?? "/", `http://127.0.0.1:${String(incoming.socket.localPort)}`);
  if (!serves(url.pathname)) {
    incoming.resume();
    outgoing.writeHead(404).end();
    return;
  }
  const gone = new AbortController();
  outgoing.once("close", () => {
    gone.abort();
  });
  const response = await handle(await toRequest(incoming, url, gone.signal));
  if (response.type === "error") outgoing.destroy();
  else await send(response, outgoing);
}

async function toRequest(incoming: IncomingMessage, url: URL, signal: AbortSignal): Promise<Request> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) {
    if (chunk instanceof Uint8Array) chunks.push(chunk);
  }
  const { method = "GET" } = incoming;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  const mayHaveBody = method !== "GET" && method !== "HEAD";
  return new Request(url, { method, headers, signal, body: mayHaveBody ? Buffer.concat(chunks) : null });
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  // Headers leave at once even when the body is late.
  outgoing.flushHeaders();
  for await (const chunk of response.body ?? []) {
    // A piece is on its way before the next one, or a break in the body, is asked for.
    await new Promise<void>((resolve) => outgoing.write(chunk, () => { resolve(); }));
  }
  outgoing.end();
}

async function start(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    // Never on other interfaces: the fake hands out secrets to anybody.
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

async function stop(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => { resolve(); });
    server.closeAllConnections();
  });
}
