import { ConfigurationError } from "../errors/index.ts";
import type { Way } from "./options.ts";
import type { Transport } from "./transport/wire.ts";

/** Connections: those of calls, and others for logins, so that a login never waits behind calls. Shared by clients that came from one another. */
export class Lines {
  readonly #way: Way;
  readonly #made: { calls?: Transport | Promise<Transport>; logins?: Transport | Promise<Transport> } = {};
  #users = 0;

  constructor(way: Way) {
    this.#way = way;
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
      if (made instanceof Promise) made.then((transport) => { transport.close(); }, () => undefined);
      else made.close();
    }
  }

  /** Loaded at the first call, so that importing costs nothing; afterwards at hand. */
  #make(use: "calls" | "logins"): Promise<Transport> {
    return transportFor(this.#way).then((ready) => {
      this.#made[use] = ready;
      return ready;
    });
  }
}

/** @throws {@link ConfigurationError} for what was asked for and only `node:http` can do. */
async function transportFor(way: Way): Promise<Transport> {
  const { ca, proxy, fetch } = way;
  const built = fetch === undefined ? await (await import("./transport/node-http.ts")).nodeTransport(way) : undefined;
  if (built !== undefined) return built;
  const missing = fetch !== undefined ? undefined : ca !== undefined ? "ca" : proxy?.explicit === true ? "proxy" : undefined;
  if (missing !== undefined) {
    throw new ConfigurationError(`${missing} needs node:http, which this runtime does not have`, { hint: `Leave ${missing} out, and give a fetch of your own that does what it is for.` });
  }
  const { fetchTransport } = await import("./transport/fetch.ts");
  return fetchTransport(fetch ?? ((input, init) => globalThis.fetch(input, init)));
}
