import type { ProxyRules, ProxyServer } from "../proxy.ts";
import type { Exchange, Transport, WireRequest, WireResponse } from "./wire.ts";

/** Sends each request through the proxy that is for its target, or straight to it. */
export class RoutedTransport implements Transport {
  readonly #rules: ProxyRules;
  readonly #direct: Transport;
  readonly #through: (proxy: ProxyServer) => Promise<Transport>;
  /** Owner: this transport. Key: an address that a client holds, which does not change; gone with that client. */
  readonly #known = new WeakMap<URL, Transport | Promise<Transport>>();
  /** Owner: this transport. Key: the proxy; there are two at most. Emptied by `close`. */
  readonly #made = new Map<string, Promise<Transport>>();

  /** @param through - makes the transport through one proxy, when a request is to go there. */
  constructor(rules: ProxyRules, direct: Transport, through: (proxy: ProxyServer) => Promise<Transport>) {
    this.#rules = rules;
    this.#direct = direct;
    this.#through = through;
  }

  async send(request: WireRequest, exchange: Exchange): Promise<WireResponse> {
    const way = this.#known.get(request.url) ?? this.#find(request.url);
    const transport = way instanceof Promise ? await exchange.scope.race(way) : way;
    return transport.send(request, exchange);
  }

  close(): void {
    this.#direct.close();
    for (const made of this.#made.values()) made.then((transport) => { transport.close(); }, () => undefined);
    this.#made.clear();
  }

  #find(target: URL): Transport | Promise<Transport> {
    const proxy = this.#rules.for(target);
    const way = proxy === undefined ? this.#direct : this.#to(proxy);
    this.#known.set(target, way);
    if (way instanceof Promise) way.then((transport) => this.#known.set(target, transport), () => this.#known.delete(target));
    return way;
  }

  #to(proxy: ProxyServer): Promise<Transport> {
    const key = `${proxy.url.href} ${proxy.authorization ?? ""}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = this.#through(proxy);
    this.#made.set(key, made);
    // What could not be loaded is tried again by the next request.
    made.catch(() => this.#made.delete(key));
    return made;
  }
}
