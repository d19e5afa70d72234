import { createServer, request as forward, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect, createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";
import type { Certificate } from "./certificates.ts";

/** A request that was made of the proxy itself. */
export interface AskedOfProxy {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
}

export interface TestProxy {
  readonly url: URL;
  readonly port: number;
  readonly asked: readonly AskedOfProxy[];
  /** Connections so far, and those that are open now. */
  readonly connections: () => number;
  readonly open: () => number;
  /** All that went through its tunnels towards the target. */
  readonly overheard: () => string;
  /** Ends all that is open. */
  readonly cut: () => void;
}

export interface TestProxyOptions {
  /** Where everything goes, whatever name was asked for: a port of this machine. */
  readonly to?: URL;
  /** Answers CONNECT instead of making a tunnel. */
  readonly answer?: (socket: Duplex, nth: number) => void;
  /** The proxy is reached by https. */
  readonly certificate?: Certificate;
  readonly hostname?: string;
}

/** A proxy on this machine that makes tunnels and passes plain requests on, and keeps what it gets to see. */
export async function testProxy({ to, answer, certificate, hostname = "127.0.0.1" }: TestProxyOptions): Promise<TestProxy> {
  const asked: AskedOfProxy[] = [];
  const heard: Buffer[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = certificate === undefined ? createServer() : createSecureServer({ ...certificate });
  const note = ({ method, url, headers }: IncomingMessage): void => void asked.push({ method, url, headers });
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  server.on("connect", (request: IncomingMessage, socket: Duplex) => {
    note(request);
    // It may stay half open by itself, and hide that the client has left.
    socket.on("error", () => undefined).on("end", () => socket.end());
    if (answer !== undefined) answer(socket.resume(), asked.length - 1);
    else tunnel(socket, Number(to?.port), heard);
  });
  server.on("request", (request, response) => {
    note(request);
    const { authorization: _, "proxy-authorization": __, "proxy-connection": ___, ...headers } = request.headers;
    const onward = forward({ host: "127.0.0.1", port: to?.port, method: request.method, path: new URL(request.url ?? "").pathname, headers, agent: false }, (got) => {
      response.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  const port = await listening(server);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    server.close();
    cut();
  });
  const url = new URL(`${certificate === undefined ? "http" : "https"}://${hostname}:${port}`);
  return { url, port, asked, connections: () => connections, open: () => sockets.size, overheard: () => Buffer.concat(heard).toString("latin1"), cut };
}

function tunnel(socket: Duplex, port: number, heard: Buffer[]): void {
  const onward = connect(port, "127.0.0.1", () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    socket.on("data", (chunk: Buffer) => heard.push(chunk));
    socket.pipe(onward).pipe(socket);
  });
  onward.on("error", () => socket.destroy()).on("close", () => socket.destroy());
  socket.on("close", () => onward.destroy());
}

async function listening(server: TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Passes on to a port of this machine what comes, and keeps what it hears on the way there. */
export async function wiretap(to: number): Promise<{ port: number; heard: () => string }> {
  const heard: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    const onward = connect(to, "127.0.0.1");
    for (const [one, other] of [[socket, onward], [onward, socket]] as const) {
      sockets.add(one);
      one.on("error", () => undefined).on("close", () => other.destroy());
      one.pipe(other);
    }
    socket.on("data", (chunk: Buffer) => heard.push(chunk));
  });
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: await listening(server), heard: () => Buffer.concat(heard).toString("latin1") };
}
