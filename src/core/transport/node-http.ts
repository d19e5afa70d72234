import type { Agent, ClientRequest, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import type { Transform } from "node:stream";
import type { SecureContext } from "node:tls";
import { ConfigurationError } from "../../errors/index.ts";
import type { Way } from "../options.ts";
import { keepConnections } from "./keep-alive.ts";
import { readAnswer } from "./node-answer.ts";
import type { CallScope } from "./scope.ts";
import { codeOf, WireError, type Exchange, type Transport, type WireRequest, type WireResponse } from "./wire.ts";

/**
 * How long an idle connection is kept, in milliseconds: below the 5 s after which common servers drop it, so that a
 * request is hardly ever written to a connection that is going away.
 */
const idleTimeout = 4_000;

const agentSettings = { keepAlive: true, keepAliveMsecs: 1_000, timeout: idleTimeout, scheduling: "lifo" } as const;

const nodeModules = () => Promise.all([import("node:http"), import("node:https"), import("node:zlib"), import("node:tls"), import("node:net"), import("node:url")]);

type NodeModules = Awaited<ReturnType<typeof nodeModules>>;

/** Where connections come from. */
interface Agents {
  readonly http: Agent;
  readonly https: Agent;
  /** There where a proxy is in between, which has its own work to do before a request has a connection. */
  readonly accompany?: (request: ClientRequest, scope: CallScope) => void;
}

/**
 * Over `node:http` and `node:https`, with keep-alive connections of its own, straight to the target or through the proxy
 * that is for it. Undefined where there is no `node:http`.
 */
export async function nodeTransport({ proxy, ca }: Pick<Way, "proxy" | "ca"> = {}): Promise<Transport | undefined> {
  const modules = await nodeModules().catch(() => undefined);
  if (modules === undefined || typeof modules[0].default.Agent !== "function") return undefined;
  const trust = ca === undefined ? undefined : await (await import("./trust.ts")).trusting(ca, modules[3].default);
  const direct = new NodeTransport(modules, directAgents(modules, trust));
  if (proxy === undefined) return direct;
  const { RoutedTransport } = await import("./routes.ts");
  return new RoutedTransport(proxy, direct, async (server) => {
    const { proxyAgents } = await import("./proxy.ts").catch(() => {
      throw new ConfigurationError("what a proxy needs cannot be loaded", { hint: "Install http-proxy-agent and https-proxy-agent: keylight depends on them, and a bundler may have left them out." });
    });
    return new NodeTransport(modules, proxyAgents(server, agentSettings, trust));
  });
}

function directAgents([{ default: http }, { default: https }]: NodeModules, secureContext: SecureContext | undefined): Agents {
  const agents = {
    http: new http.Agent(agentSettings),
    https: new https.Agent({ ...agentSettings, ...(secureContext === undefined ? {} : { secureContext }) }),
  };
  for (const agent of Object.values(agents)) keepConnections(agent);
  return agents;
}

class NodeTransport implements Transport {
  readonly #modules: NodeModules;
  readonly #agents: Agents;
  /** Owner: this transport. Key: the headers of a request, which do not change; most requests of a client share them. */
  readonly #headers = new WeakMap<object, Readonly<Record<string, string>>>();
  /** Owner: this transport. Key: an address, which does not change; a client's calls share theirs. */
  readonly #addresses = new WeakMap<URL, RequestOptions>();
  /** The connections that the agents made and that cannot carry a request yet. */
  readonly #making = new WeakSet<object>();

  /** Requests that have not come to their end. */
  #inFlight = 0;

  constructor(modules: NodeModules, agents: Agents) {
    this.#modules = modules;
    this.#agents = agents;
    for (const agent of [agents.http, agents.https]) this.#note(agent);
  }

  send(request: WireRequest, exchange: Exchange): Promise<WireResponse> {
    return new Promise((resolve, reject) => {
      exchange.scope.check();
      exchange.phase = "connect";
      let outgoing: ClientRequest | undefined;
      let over = false;
      const end = (): void => {
        if (over) return;
        over = true;
        this.#inFlight -= 1;
        stop();
      };
      const fail = (error: unknown): void => {
        end();
        outgoing?.destroy();
        reject(error instanceof Error ? error : new WireError("network"));
      };
      const done = (response: WireResponse): void => {
        end();
        // A server that answers early may never read the rest of the body, and so never end the connection.
        if (outgoing?.writableFinished === false) outgoing.destroy();
        resolve(response);
      };
      const stop = exchange.scope.onEnd(fail);
      this.#inFlight += 1;
      this.#inTurn(() => {
        if (over) return;
        try {
          outgoing = this.#open(request);
          this.#listen(outgoing, exchange, done, fail);
          if (this.#agents.accompany === undefined) outgoing.end(request.body);
          else this.#throughProxy(outgoing, request, exchange);
        } catch (error) {
          fail(error);
        }
      });
    });
  }

  /**
   * A request that is alone goes at once. Those of a busy client go together at the end of a turn of the event loop: a sleeping
   * server is then woken once a turn and not once a request, which takes the system longer than all the rest of a call.
   * Each has an immediate of its own, which runs in the async context of its call: tracing looks there for whom a request is.
   */
  #inTurn(start: () => void): void {
    if (this.#inFlight === 1) start();
    else setImmediate(start);
  }

  #listen(outgoing: ClientRequest, exchange: Exchange, done: (response: WireResponse) => void, fail: (error: Error) => void): void {
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
      readAnswer(incoming, this.#decoder(incoming.headers["content-encoding"]), exchange.maxResponseBytes, done, fail);
    });
  }

  /** The agent writes the head of the request by itself, and into its debug output what waits to be sent by then. */
  #throughProxy(outgoing: ClientRequest, { body }: WireRequest, { scope }: Exchange): void {
    this.#agents.accompany?.(outgoing, scope);
    if (body !== undefined || outgoing.useChunkedEncodingByDefault) outgoing.setHeader("content-length", Buffer.byteLength(body ?? ""));
    outgoing.once("socket", () => outgoing.end(body));
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #open({ url, method, headers }: WireRequest): ClientRequest {
    const [{ default: http }, { default: https }] = this.#modules;
    const options = { ...this.#addressOf(url), method, headers: this.#completed(headers) };
    return url.protocol === "https:" ? https.request(options) : http.request(options);
  }

  #addressOf(url: URL): RequestOptions {
    const known = this.#addresses.get(url);
    if (known !== undefined) return known;
    const { protocol, hostname, port, path } = this.#modules[5].default.urlToHttpOptions(url);
    const address = { protocol, hostname, port, path, agent: protocol === "https:" ? this.#agents.https : this.#agents.http };
    this.#addresses.set(url, address);
    return address;
  }

  /** With what we can read. The length of the body is added by Node, which is handed all of it at once. */
  #completed(headers: WireRequest["headers"]): Readonly<Record<string, string>> {
    const known = this.#headers.get(headers);
    if (known !== undefined) return known;
    const completed = { ...headers, "accept-encoding": "gzip, br" };
    this.#headers.set(headers, completed);
    return completed;
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
    if (exchange.scope.background) socket.unref();
    if (!this.#making.has(socket)) {
      exchange.phase = "send";
      return;
    }
    const secure = this.#isSecure(socket);
    const connected = (): void => {
      exchange.phase = secure ? "tls" : "send";
    };
    if (socket.connecting) socket.once("connect", connected);
    else connected();
    socket.once("secureConnect", () => {
      exchange.phase = "send";
    });
  }

  /**
   * Notes each connection that an agent makes, until it can carry a request. A connection that it did not make comes from
   * a test tool that stands in for the network, and says nothing of how far a request has come.
   */
  #note(agent: Agent): void {
    const create: unknown = Reflect.get(agent, "createConnection");
    if (typeof create !== "function") return;
    const { default: net } = this.#modules[4];
    const making = this.#making;
    const isSecure = (socket: Socket): boolean => this.#isSecure(socket);
    const createAndNote = function (this: unknown, ...given: unknown[]): unknown {
      const socket: unknown = Reflect.apply(create, this, given);
      if (socket instanceof net.Socket && (isSecure(socket) || socket.connecting)) {
        making.add(socket);
        socket.once(isSecure(socket) ? "secureConnect" : "connect", () => making.delete(socket));
      }
      return socket;
    };
    Object.defineProperty(agent, "createConnection", { value: createAndNote });
  }

  #isSecure(socket: Socket): boolean {
    const { default: tls } = this.#modules[3];
    return socket instanceof tls.TLSSocket;
  }
}
