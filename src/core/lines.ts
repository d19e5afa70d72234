import { fetchTransport } from "./transport/fetch.ts";
import { nodeTransport } from "./transport/node-http.ts";
import type { Transport } from "./transport/wire.ts";

/** Connections: those of calls, and others for logins, so that a login never waits behind calls. Shared by clients that came from one another. */
export class Lines {
  readonly #fetch: typeof globalThis.fetch | undefined;
  readonly #made: { calls?: Transport | Promise<Transport>; logins?: Transport | Promise<Transport> } = {};
  #users = 0;

  constructor(fetch: typeof globalThis.fetch | undefined) {
    this.#fetch = fetch;
  }

  calls(): Transport | Promise<Transport> {
    return (this.#made.calls ??= this.#make("calls"));
  }

  logins(): Transport | Promise<Transport> {
    return (this.#made.logins ??= this.#make("logins"));
  }

  retain(): void {
    this.#users += 1;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    for (const made of Object.values(this.#made)) {
      if (made instanceof Promise) void made.then((transport) => { transport.close(); });
      else made.close();
    }
  }

  /** Loaded at the first call, so that importing costs nothing; afterwards at hand. */
  #make(use: "calls" | "logins"): Transport | Promise<Transport> {
    if (this.#fetch !== undefined) return fetchTransport(this.#fetch);
    const making = nodeTransport().then((transport) => {
      const ready = transport ?? fetchTransport((input, init) => globalThis.fetch(input, init));
      this.#made[use] = ready;
      return ready;
    });
    return making;
  }
}
