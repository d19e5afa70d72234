/** A trial: what keylight would gain on undici's dispatcher, with the same promises kept as far as undici lets one. */
import { Agent, type Dispatcher } from "undici";
import type { nodeTransport as original } from "../../src/core/transport/node-http.ts";
import { codeOf, WireError, type Exchange, type Transport, type WireRequest, type WireResponse } from "../../src/core/transport/wire.ts";

type RawHeaders = Record<string, string | string[] | undefined>;

class Reading implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange;
  readonly #resolve: (response: WireResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #headers: RawHeaders = {};
  #byteLength = 0;
  #stop: () => void = () => undefined;

  constructor(exchange: Exchange, resolve: (response: WireResponse) => void, reject: (error: unknown) => void) {
    this.#exchange = exchange;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // How far a request has come cannot be seen more finely than this: it is about to be written.
    this.#exchange.phase = "send";
    this.#stop = this.#exchange.scope.onEnd((ended) => {
      controller.abort(ended);
    });
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: RawHeaders): void {
    this.#exchange.phase = "body";
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#byteLength += chunk.length;
    if (this.#byteLength <= this.#exchange.maxResponseBytes) this.#chunks.push(chunk);
    else controller.abort(new WireError("too-large", { status: this.#status, byteLength: this.#byteLength }));
  }

  onResponseEnd(): void {
    this.#stop();
    const [first] = this.#chunks;
    const whole = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    const headers = this.#headers;
    this.#resolve({
      status: this.#status,
      header: (name) => headers[name]?.toString(),
      headers: () => new Headers(Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])),
      body: whole.toString("utf8"),
      byteLength: this.#byteLength,
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#stop();
    this.#reject(error instanceof WireError ? error : new WireError("network", codeOf(error)));
  }
}

class UndiciTransport implements Transport {
  readonly #agent = new Agent({ keepAliveTimeout: 4_000 });

  send({ url, method, headers, body }: WireRequest, exchange: Exchange): Promise<WireResponse> {
    return new Promise((resolve, reject) => {
      exchange.scope.check();
      exchange.phase = "connect";
      const sent = { ...headers, "accept-encoding": "gzip, br" };
      const options = { origin: url.origin, path: url.pathname + url.search, method, headers: sent, body: body ?? null };
      this.#agent.dispatch(options, new Reading(exchange, resolve, reject));
    });
  }

  close(): void {
    void this.#agent.destroy();
  }
}

/** In the place of keylight's own. */
export const nodeTransport: typeof original = () => Promise.resolve(new UndiciTransport());
