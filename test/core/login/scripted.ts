/** An authorization server whose answers a test writes. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import { once } from "node:events";
import { onTestFinished } from "vitest";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
  readonly at: number;
}

export interface Scripted {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** An object goes as JSON, text as it is. */
  readonly body?: unknown;
  /** Breaks the connection instead. */
  readonly drop?: boolean;
  /** Milliseconds. */
  readonly delay?: number;
}

export interface ScriptedServer {
  readonly issuer: URL;
  readonly asked: readonly Asked[];
}

/** @param answer - gets the request, and how many there were before it. */
export async function scriptedServer(answer: (asked: Asked, before: number, issuer: URL) => Scripted): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const server = createServer((incoming, outgoing) => {
    let text = "";
    incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    incoming.on("end", () => {
      const one: Asked = { method: incoming.method ?? "", path: incoming.url ?? "", headers: incoming.headers, form: new URLSearchParams(text), at: performance.now() };
      const { status = 200, headers = {}, body = "", drop = false, delay = 0 } = answer(one, asked.length, issuer);
      asked.push(one);
      setTimeout(() => {
        if (drop) outgoing.destroy();
        else outgoing.writeHead(status, { "content-type": typeof body === "string" ? "text/html" : "application/json", ...headers }).end(typeof body === "string" ? body : JSON.stringify(body));
      }, delay);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const issuer = new URL(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { issuer, asked };
}

/** The endpoints of such a server. */
export const endpointsOf = ({ issuer }: ScriptedServer): { authorization: URL; token: URL; deviceAuthorization: URL } => ({
  authorization: new URL("/authorize", issuer),
  token: new URL("/token", issuer),
  deviceAuthorization: new URL("/device", issuer),
});
