import type { IncomingMessage } from "node:http";
import type { Readable, Transform } from "node:stream";
import { codeOf, WireError, type WireResponse } from "./wire.ts";

/** Reads to the end, counting decoded bytes; stops at the limit. */
export function readAnswer(
  incoming: IncomingMessage,
  decoder: Transform | undefined,
  limit: number,
  resolve: (response: WireResponse) => void,
  reject: (error: WireError) => void,
): void {
  const chunks: Buffer[] = [];
  let byteLength = 0;
  const fail = (kind: WireError["kind"], error?: unknown): void => {
    incoming.destroy();
    decoder?.destroy();
    const { statusCode: status = 0, headers } = incoming;
    reject(new WireError(kind, { ...codeOf(error), status, contentType: headers["content-type"], byteLength }));
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
