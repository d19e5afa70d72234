import type { Lines } from "../lines.ts";
import type { LiveSecrets } from "../live-secrets.ts";
import { unanswered } from "../transport/failures.ts";
import { isRecord, parseJson } from "../transport/json.ts";
import { badFormat, byStatus, redirected, type CallFacts, type ErrorDialect } from "../transport/outcome.ts";
import type { CallScope } from "../transport/scope.ts";
import { WireError, type Exchange, type WireResponse } from "../transport/wire.ts";
import type { ResponseFormatError } from "../../errors/index.ts";

/** Largest answer, in bytes: 1 MiB. */
const maxResponseBytes = 1_048_576;

const dialect: ErrorDialect = {
  codes: new Map(),
  requestIdHeader: "x-request-id",
  hints: { format: "Check that the address is that of an OAuth authorization server." },
};

/** What an answer may hold that nobody may see. */
const secretMembers = ["access_token", "refresh_token", "id_token", "device_code"];

/** What of a request of the OAuth library is sent; a `fetch` would get more. */
interface Sendable {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: URLSearchParams | undefined;
}

export interface OAuthWireOptions {
  readonly lines: Lines;
  readonly secrets: LiveSecrets;
  readonly scope: CallScope;
  readonly operationName: string;
}

/** The way of the OAuth library's requests: that of all logins, so that none takes the runtime's `fetch`. Used for one operation. */
export class OAuthWire {
  readonly #options: OAuthWireOptions;
  readonly #facts: CallFacts;
  #last: WireResponse | undefined;

  constructor(options: OAuthWireOptions) {
    const { operationName, secrets } = options;
    this.#options = options;
    // A login changes nothing that could be harmed by doing it twice.
    this.#facts = { operationName, kind: "query", dialect, secrets };
  }

  /**
   * The answer as far as the library reads it. What is not its business is thrown: the failures of any server, and those
   * on the way.
   */
  readonly fetch = async (address: string, { method, headers, body }: Sendable): Promise<Response> => {
    const response = await this.#send({ url: new URL(address), method, headers: lowerCase(headers), ...(body === undefined ? {} : { body: body.toString() }) });
    this.#last = response;
    const { status } = response;
    if (status >= 300 && status < 400) throw redirected(response, this.#facts);
    if (status === 407 || status === 429 || status >= 500) {
      const outcome = byStatus(response, this.#facts, undefined);
      if (outcome !== undefined && outcome.kind !== "ok") throw outcome.error;
    }
    const text = this.#read(response);
    const contentType = response.header("content-type");
    return new Response(text === "" ? null : text, { status: status < 200 ? 502 : status, ...(contentType === undefined ? {} : { headers: { "content-type": contentType } }) });
  };

  /** The error for an answer that the library cannot make anything of; undefined where there was none. */
  unreadable(): ResponseFormatError | undefined {
    return this.#last === undefined ? undefined : badFormat(this.#last, this.#facts);
  }

  async #send(request: Parameters<Awaited<ReturnType<Lines["logins"]>>["send"]>[0]): Promise<WireResponse> {
    const { lines, scope } = this.#options;
    const exchange: Exchange = { scope, maxResponseBytes, phase: "connect" };
    const transport = await scope.race(Promise.resolve(lines.logins()));
    try {
      return await transport.send(request, exchange);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      const outcome = unanswered(error, exchange, false, this.#facts);
      throw outcome.kind === "ok" ? error : outcome.error;
    }
  }

  /**
   * The body, with its secrets noted. The identity token is taken out: it says who the person is, which nobody here asks,
   * and a wrong word in it must not fail a login.
   */
  #read({ body }: WireResponse): string {
    const json = parseJson(body);
    if (!isRecord(json)) return body;
    for (const name of secretMembers) {
      const value = json[name];
      if (typeof value === "string") this.#options.secrets.add(value);
    }
    const { id_token: _, ...rest } = json;
    return JSON.stringify(rest);
  }
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
