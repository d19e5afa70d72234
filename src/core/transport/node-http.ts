import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import type { Agent as SecureAgent } from "node:https";
import type { Socket } from "node:net";
import type { Readable, Transform } from "node:stream";
import { codeOf, WireError, type Exchange, type Transport, type WireRequest, type WireResponse } from "./wire.ts";

/**
 * How long an idle connection is kept, in milliseconds: below the 5 s after which common servers drop it, so that a
 * request is hardly ever written to a connection that is going away.
 */
const idleTimeout = 4_000;

const nodeModules = () => Promise.all([import("node:http"), import("node:https"), import("node:zlib"), import("node:tls")]);

type NodeModules = Awaited<ReturnType<typeof nodeModules>>;

/** Over `node:http` and `node:https`, with keep-alive connections of its own. Undefined where there is no `node:http`. */
export async function nodeTransport(): Promise<Transport | undefined> {
  const modules = await nodeModules().catch(() => undefined);
  if (modules === undefined || typeof modules[0].default.Agent !== "function") return undefined;
  return new NodeTransport(modules);
}

class NodeTransport implements Transport {
  readonly #modules: NodeModules;
  readonly #agents: { readonly http: Agent; readonly https: SecureAgent };
  /** The connections that the agents made. */
  readonly #real = new WeakSet<object>();

  constructor(modules: NodeModules) {
    const [{ default: http }, { default: https }] = modules;
    const settings = { keepAlive: true, keepAliveMsecs: 1_000, timeout: idleTimeout, scheduling: "lifo" } as const;
    this.#modules = modules;
    this.#agents = {
      http: noting(new http.Agent(settings), this.#real),
      https: noting(new https.Agent(settings), this.#real),
    };
  }

  send(request: WireRequest, exchange: Exchange): Promise<WireResponse> {
    return new Promise((resolve, reject) => {
      exchange.scope.check();
      exchange.phase = "connect";
      const outgoing = this.#open(request);
      const fail = (error: Error): void => {
        stop();
        outgoing.destroy();
        reject(error);
      };
      const stop = exchange.scope.onEnd(fail);
      outgoing.on("socket", (socket) => {
        this.#follow(socket, exchange);
      });
      outgoing.on("finish", () => {
        if (exchange.phase === "send") exchange.phase = "headers";
      });
      outgoing.on("error", (error) => {
        // Once an answer has begun, its reading fails too, and knows more.
        if (exchange.phase !== "body") fail(new WireError("network", codeOf(error)));
      });
      outgoing.on("upgrade", (_incoming, socket) => {
        socket.destroy();
        fail(new WireError("network", { code: "UNEXPECTED_UPGRADE" }));
      });
      outgoing.on("response", (incoming) => {
        exchange.phase = "body";
        readAnswer(incoming, this.#decoder(incoming.headers["content-encoding"]), exchange.maxResponseBytes).then((response) => {
          stop();
          resolve(response);
        }, fail);
      });
      outgoing.end(request.body);
    });
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #open({ url, method, headers, body }: WireRequest): ClientRequest {
    const [{ default: http }, { default: https }] = this.#modules;
    const options = { method, headers: { ...headers, "accept-encoding": "gzip, br", "content-length": Buffer.byteLength(body ?? "") } };
    return url.protocol === "https:"
      ? https.request(url, { ...options, agent: this.#agents.https })
      : http.request(url, { ...options, agent: this.#agents.http });
  }

  #decoder(encoding: string | undefined): Transform | undefined {
    const { default: zlib } = this.#modules[2];
    switch (encoding?.toLowerCase()) {
      case "gzip":
      case "x-gzip":
        return zlib.createGunzip();
      case "deflate":
        return zlib.createInflate();
      case "br":
        return zlib.createBrotliDecompress();
      default:
        return undefined;
    }
  }

  /** Moves the phase on while a connection is made; a connection that is open already is in `send` at once. */
  #follow(socket: Socket, exchange: Exchange): void {
    const { default: tls } = this.#modules[3];
    if (exchange.scope.background) socket.unref();
    if (!this.#real.has(socket) || !socket.connecting) {
      exchange.phase = "send";
      return;
    }
    socket.once("connect", () => {
      exchange.phase = socket instanceof tls.TLSSocket ? "tls" : "send";
    });
    socket.once("secureConnect", () => {
      exchange.phase = "send";
    });
  }
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
      // A connection that breaks does not end the decoder, so that it never complains of that.
      fail("bad-encoding", error);
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
    const done = (): void => {
      resolve(answerOf(incoming, chunks, byteLength));
    };
    source.on("end", () => {
      if (incoming.complete) { done(); return; }
      // Compressed data may end before the body does: what follows is read away, and must come to its end as well.
      incoming.on("end", done).resume();
    });
  });
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, chunks: readonly Buffer[], byteLength: number): WireResponse {
  const [first] = chunks;
  const whole = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  return {
    status: statusCode,
    header: (name) => headerText(headers[name]),
    headers: () => headersOf(headers),
    body: whole.toString("utf8"),
    byteLength,
  };
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
