import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A request as the server saw it. */
export interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface TestServer {
  readonly url: URL;
  readonly seen: readonly Seen[];
  readonly connections: () => number;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function start(server: Server, scheme: string, path: string): Promise<{ url: URL; connections: () => number }> {
  let connections = 0;
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
  });
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`${scheme}://127.0.0.1:${port}${path}`), connections: () => connections };
}

/** A server on this machine that counts what reaches it. `nth` is 0 for the first request. */
export async function serve(
  answer: (response: ServerResponse, nth: number, request: Seen) => void,
  make: (listener: RequestListener) => Server = createServer,
  scheme = "http",
): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = make((incoming, response) => {
    const { method, url, headers, rawHeaders } = incoming;
    bodyOf(incoming).then(
      (body) => {
        const one = { method, url, headers, rawHeaders, body };
        seen.push(one);
        answer(response, seen.length - 1, one);
      },
      () => undefined,
    );
  });
  const { url, connections } = await start(server, scheme, "/graphql");
  return { url, seen, connections };
}

/** A server below HTTP: what it does with a connection is up to the test. */
export async function serveRaw(connected: (socket: Socket, nth: number) => void): Promise<{ url: URL; connections: () => number }> {
  let nth = 0;
  return start(createTcpServer((socket) => { connected(socket, nth++); }), "http", "/graphql");
}

/** An address on this machine at which nobody listens. */
export async function closedPort(): Promise<URL> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return new URL(`http://127.0.0.1:${port}/graphql`);
}

export function json(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
}

/** Waits until something holds, for at most two seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  if (!holds()) throw new Error("it never came to hold");
}
