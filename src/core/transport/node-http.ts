import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import type { Readable, Transform } from "node:stream";
import { codeOf, WireError, type Exchange, type Transport, type WireRequest, type WireResponse } from "./wire.ts";

const nodeModules = () => Promise.all([import("node:http"), import("node:https"), import("node:zlib"), import("node:tls")]);

/**
 * How long an idle connection is kept, in milliseconds: below the 5 s after which common servers drop it, so that a
 * request is hardly ever written to a connection that is going away.
 */
const idleTimeout = 4_000;

/** Over `node:http` and `node:https`, with keep-alive connections of its own. Undefined where there is no `node:http`. */
export async function nodeTransport(): Promise<Transport | undefined> {
  const modules = await nodeModules().catch(() => undefined);
  if (modules === undefined || typeof modules[0].default.Agent !== "function") return undefined;
  const [{ default: http }, { default: https }, { default: zlib }, { default: tls }] = modules;
  const settings = { keepAlive: true, keepAliveMsecs: 1_000, timeout: idleTimeout, scheduling: "lifo" } as const;
  const real = new WeakSet<object>();
  const agents = {
    "http:": noting(new http.Agent(settings), real),
    "https:": noting(new https.Agent(settings), real),
  };

  const decoder = (encoding: string | undefined): Transform | undefined => {
    if (encoding === "gzip" || encoding === "x-gzip") return zlib.createGunzip();
    if (encoding === "deflate") return zlib.createInflate();
    if (encoding === "br") return zlib.createBrotliDecompress();
    return undefined;
  };

  const open = (request: WireRequest): ClientRequest => {
    const { url, method, headers, body } = request;
    const secure = url.protocol === "https:";
    return (secure ? https : http).request(url, {
      method,
      agent: secure ? agents["https:"] : agents["http:"],
      headers: { ...headers, "accept-encoding": "gzip, br", "content-length": Buffer.byteLength(body ?? "") },
    });
  };

  return {
    send: (request, exchange) =>
      new Promise<WireResponse>((resolve, reject) => {
        const { scope } = exchange;
        exchange.phase = "connect";
        const outgoing = open(request);
        const fail = (error: Error): void => {
          stop();
          outgoing.destroy();
          reject(error);
        };
        const stop = scope.onEnd(fail);
        outgoing.on("socket", (socket) => {
          if (real.has(socket)) follow(socket, exchange, socket instanceof tls.TLSSocket);
          else exchange.phase = "send";
        });
        outgoing.on("finish", () => {
          if (exchange.phase === "send") exchange.phase = "headers";
        });
        outgoing.on("error", (error) => {
          fail(new WireError("network", codeOf(error)));
        });
        outgoing.on("response", (incoming) => {
          exchange.phase = "body";
          readAnswer(incoming, decoder(incoming.headers["content-encoding"]?.toLowerCase()), exchange.maxResponseBytes).then(
            (response) => {
              stop();
              resolve(response);
            },
            fail,
          );
        });
        outgoing.end(request.body);
      }),
    close() {
      agents["http:"].destroy();
      agents["https:"].destroy();
    },
  };
}

/**
 * Notes each connection that an agent makes. A connection that it did not make comes from a test tool that stands in for
 * the network, and says nothing of how far a request has come.
 */
function noting<A extends Agent>(agent: A, real: WeakSet<object>): A {
  const create: unknown = Reflect.get(agent, "createConnection");
  if (typeof create !== "function") return agent;
  const createAndNote = function (this: unknown, ...given: unknown[]): unknown {
    const socket: unknown = Reflect.apply(create, this, given);
    if (typeof socket === "object" && socket !== null) real.add(socket);
    return socket;
  };
  Object.defineProperty(agent, "createConnection", { value: createAndNote });
  return agent;
}

/** Moves the phase on while a connection is made; a connection that is open already is in `send` at once. */
function follow(socket: NodeJS.EventEmitter & { connecting?: boolean; secureConnecting?: boolean }, exchange: Exchange, secure: boolean): void {
  if (socket.connecting !== true && (!secure || socket.secureConnecting !== true)) {
    exchange.phase = "send";
    return;
  }
  socket.once("connect", () => {
    if (exchange.phase === "connect") exchange.phase = secure ? "tls" : "send";
  });
  if (secure) {
    socket.once("secureConnect", () => {
      if (exchange.phase === "tls") exchange.phase = "send";
    });
  }
}

/** Reads to the end, counting decoded bytes; stops at the limit. */
function readAnswer(incoming: IncomingMessage, decoder: Transform | undefined, limit: number): Promise<WireResponse> {
  const status = incoming.statusCode ?? 0;
  const contentType = incoming.headers["content-type"];
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let byteLength = 0;
    const fail = (kind: WireError["kind"], error?: unknown): void => {
      incoming.destroy();
      decoder?.destroy();
      reject(new WireError(kind, { ...codeOf(error), status, contentType, byteLength }));
    };
    const source: Readable = decoder === undefined ? incoming : incoming.pipe(decoder);
    decoder?.on("error", (error) => {
      fail(incoming.complete ? "bad-encoding" : "network", error);
    });
    incoming.on("error", (error) => {
      fail("network", error);
    });
    incoming.on("close", () => {
      if (!incoming.complete) fail("network", { code: "ECONNRESET" });
    });
    source.on("data", (chunk: Buffer) => {
      byteLength += chunk.length;
      if (byteLength > limit) fail("too-large");
      else chunks.push(chunk);
    });
    source.on("end", () => {
      if (!incoming.complete) return;
      resolve({
        status,
        header: (name) => headerText(incoming.headers[name]),
        headers: () => headersOf(incoming.headers),
        body: chunks.length === 1 && chunks[0] !== undefined ? chunks[0].toString("utf8") : Buffer.concat(chunks).toString("utf8"),
        byteLength,
      });
    });
  });
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}

function headersOf(raw: IncomingMessage["headers"]): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const one of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, one);
  }
  return headers;
}
