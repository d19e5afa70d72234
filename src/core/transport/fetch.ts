import { codeOf, WireError, type Transport, type WireResponse } from "./wire.ts";
import type { ScopeEnded } from "./scope.ts";

const refusedBeforeSending = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT", "ENETUNREACH", "EHOSTUNREACH"]);
/** What fails in one of these has no connection yet, whatever its code. */
const connecting = new Set(["connect", "getaddrinfo"]);
/** Codes of zlib and of brotli, whose names begin with `ERR__ERROR_`. */
const decoderFailure = /^(Z_|ERR__|ERR_BROTLI)/;
const tlsFailure = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA)/;

/** Over a `fetch`: the caller's own, or the runtime's where there is no `node:http`. */
export function fetchTransport(fetch: typeof globalThis.fetch): Transport {
  return {
    async send(request, exchange) {
      exchange.scope.check();
      const abort = new AbortController();
      let ended: ScopeEnded | undefined;
      const stop = exchange.scope.onEnd((end) => {
        ended = end;
        abort.abort();
      });
      exchange.phase = "send";
      try {
        const answering = fetch(request.url.href, {
          method: request.method,
          headers: { ...request.headers },
          ...(request.body === undefined ? {} : { body: request.body }),
          redirect: "manual",
          signal: abort.signal,
        });
        const response = await exchange.scope.race(answering);
        exchange.phase = "body";
        return await exchange.scope.race(readAnswer(response, exchange.maxResponseBytes));
      } catch (error) {
        // Only here: an abort takes the time of an error and its stack, and an answer that was read to its end has nothing left to give up.
        abort.abort();
        if (ended !== undefined) throw ended;
        if (error instanceof WireError) throw error;
        const failure = codeOf(error);
        if (exchange.phase === "send" && failure.code !== undefined) {
          if (refusedBeforeSending.has(failure.code) || connecting.has(failure.syscall ?? "")) exchange.phase = "connect";
          else if (tlsFailure.test(failure.code)) exchange.phase = "tls";
        }
        throw new WireError("network", failure);
      } finally {
        stop();
      }
    },
    close: () => undefined,
  };
}

async function readAnswer(response: Response, limit: number): Promise<WireResponse> {
  const { status } = response;
  const contentType = response.headers.get("content-type") ?? undefined;
  const answer = (body: string, byteLength: number): WireResponse => ({
    // A browser shows a redirect that it did not follow as status 0.
    status: response.type === "opaqueredirect" ? 302 : status,
    header: (name) => response.headers.get(name) ?? undefined,
    headers: () => new Headers(response.headers),
    body,
    byteLength,
  });
  const reader = response.body?.getReader();
  if (reader === undefined) {
    const text = typeof response.text === "function" ? await response.text() : "";
    const { length } = new TextEncoder().encode(text);
    if (length > limit) throw new WireError("too-large", { status, contentType, byteLength: length });
    return answer(text, length);
  }
  const decoder = new TextDecoder();
  let body = "";
  let byteLength = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      const failure = codeOf(error);
      const kind = failure.code !== undefined && decoderFailure.test(failure.code) ? "bad-encoding" : "network";
      throw new WireError(kind, { ...failure, status, contentType, byteLength });
    });
    if (done) return answer(body + decoder.decode(), byteLength);
    byteLength += value.byteLength;
    if (byteLength > limit) {
      reader.cancel().catch(() => undefined);
      throw new WireError("too-large", { status, contentType, byteLength });
    }
    body += decoder.decode(value, { stream: true });
  }
}
