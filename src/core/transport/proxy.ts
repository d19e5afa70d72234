import type { Agent, AgentOptions, ClientRequest } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { checkServerIdentity, type SecureContext } from "node:tls";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import type { ProxyServer } from "../proxy.ts";
import { letGo, type CallScope } from "./scope.ts";

/**
 * How long a request that nobody waits for may take to get through the proxy, in milliseconds: what it opens there
 * keeps the process alive as long.
 */
const longestInBackground = 4_000;

type TunnelOptions = Parameters<HttpsProxyAgent<string>["connect"]>[1];
type ForwardOptions = Parameters<HttpProxyAgent<string>["connect"]>[1];
type ForwardRequest = Parameters<HttpProxyAgent<string>["connect"]>[0];

/** The agents for one proxy, and what ties their work to the call that it is for. */
export interface ProxyAgents {
  readonly http: Agent;
  readonly https: Agent;
  /** Must be called for each request right after it was made. */
  readonly accompany: (request: ClientRequest, scope: CallScope) => void;
}

/** @param secureContext - whom to trust: for the target, and for a proxy that is reached by https. */
export function proxyAgents(proxy: ProxyServer, settings: AgentOptions & { timeout: number }, secureContext: SecureContext | undefined): ProxyAgents {
  const scopes = new WeakMap<ClientRequest, CallScope>();
  const { authorization } = proxy;
  // Not in the URL, which the agents write into their debug output.
  const headers = authorization === undefined ? {} : { "Proxy-Authorization": authorization };
  const options = { ...settings, noDelay: true, headers, ...(secureContext === undefined ? {} : { secureContext }) };
  return {
    http: new Forwarding(proxy.url.href, options, scopes),
    https: new Tunnelling(proxy.url.href, options, scopes),
    accompany: (request, scope) => void scopes.set(request, scope),
  };
}

type Options = AgentOptions & { readonly timeout: number; readonly headers: Record<string, string>; readonly secureContext?: SecureContext };

/** For https: a tunnel through the proxy by CONNECT, and TLS with the target inside. The proxy sees the target's name and port, and no more. */
class Tunnelling extends HttpsProxyAgent<string> {
  readonly #scopes: WeakMap<ClientRequest, CallScope>;
  readonly #toProxy: HttpsProxyAgent<string>["connectOpts"];
  readonly #secureContext: SecureContext | undefined;

  constructor(url: string, options: Options, scopes: WeakMap<ClientRequest, CallScope>) {
    super(url, options);
    this.#scopes = scopes;
    this.#toProxy = this.connectOpts;
    this.#secureContext = options.secureContext;
    // The agent forgets this one, so that idle connections would stay for ever.
    this.options.timeout = options.timeout;
    // Otherwise it looks for them in a stack trace, at each request.
    this.protocol = "https:";
    this.defaultPort = 443;
  }

  override isSecureEndpoint(): boolean {
    return true;
  }

  override createConnection(): Duplex {
    return orFailing(() => super.createConnection());
  }

  override async connect(request: ClientRequest, options: TunnelOptions): Promise<Socket> {
    let status: number | undefined;
    request.once("proxyConnect", (answer: { statusCode: number }) => {
      status = answer.statusCode;
    });
    const { host = "" } = options;
    const target = {
      ...options,
      ALPNProtocols: ["http/1.1"],
      // By itself it would hold the certificate of a target without a name, an IP address, against the proxy's name.
      checkServerIdentity: (_name: string, certificate: Parameters<typeof checkServerIdentity>[1]) => checkServerIdentity(host, certificate),
      ...(this.#secureContext === undefined ? {} : { secureContext: this.#secureContext }),
    };
    const socket = await withSignal(this.#scopes.get(request), (signal) => {
      // Read at once, before the agent first waits for anything.
      this.connectOpts = { ...this.#toProxy, signal };
      return super.connect(request, target);
    });
    if (status === 200) return socket;
    // The agent would now pass the proxy's answer off as the target's.
    socket.destroy();
    throw failed(Number.isInteger(status) ? `PROXY_${String(status)}` : "PROXY_BAD_ANSWER");
  }
}

/** For plain http: the proxy gets the whole request, and passes it on. */
class Forwarding extends HttpProxyAgent<string> {
  readonly #scopes: WeakMap<ClientRequest, CallScope>;
  readonly #toProxy: HttpProxyAgent<string>["connectOpts"];

  constructor(url: string, options: Options, scopes: WeakMap<ClientRequest, CallScope>) {
    super(url, options);
    this.#scopes = scopes;
    this.#toProxy = this.connectOpts;
    this.protocol = "http:";
    this.defaultPort = 80;
  }

  override isSecureEndpoint(): boolean {
    return false;
  }

  override createConnection(): Duplex {
    return orFailing(() => super.createConnection());
  }

  override connect(request: ForwardRequest, options: ForwardOptions): Promise<Socket> {
    return withSignal(this.#scopes.get(request), (signal) => {
      this.connectOpts = { ...this.#toProxy, signal };
      return super.connect(request, options);
    });
  }
}

/**
 * Connects, and gives up what was begun when the call ends first: until the connection stands the request does not know
 * of it. Each failure gets a code: whatever fails here, nothing of the request has left.
 */
async function withSignal(scope: CallScope | undefined, connect: (signal: AbortSignal) => Promise<Socket>): Promise<Socket> {
  const abandon = new AbortController();
  const giveUp = (): void => {
    abandon.abort();
  };
  scope?.check();
  const stop = scope?.onEnd(giveUp);
  const limit = scope?.background === true ? setTimeout(giveUp, longestInBackground) : undefined;
  if (limit !== undefined) letGo(limit);
  try {
    return await connect(abandon.signal);
  } catch (error) {
    throw error instanceof Error && "code" in error && !abandon.signal.aborted ? error : failed("PROXY_NO_ANSWER");
  } finally {
    clearTimeout(limit);
    stop?.();
  }
}

/**
 * A test tool that stands in for the network asks an agent for a connection by itself, and does not ask the proxy: it
 * gets one that fails, instead of an exception that nobody catches.
 */
function orFailing(connection: () => Duplex): Duplex {
  try {
    return connection();
  } catch {
    return new Socket().destroy(failed("PROXY_NOT_ASKED"));
  }
}

function failed(code: string): Error {
  return Object.assign(new Error("the proxy made no connection"), { code });
}
