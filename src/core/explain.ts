import type { CredentialOrigin } from "./credentials/source.ts";
import type { OperationKind } from "./transport/scan.ts";

/** What a request would send, for people: no secret is in it. */
export interface RequestExplanation {
  readonly method: "POST";
  readonly url: string;
  /** Lower-case names; the credential's value is `[redacted]`. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; a `Secret` among the variables shows as `[redacted]`. */
  readonly body: string;
  readonly operationName: string | undefined;
  readonly kind: OperationKind;
  /** Which credential would be sent, and where it came from; undefined when there is none. */
  readonly credential: CredentialOrigin | undefined;
  /** A command for a POSIX shell that sends the same; it takes the credential from a variable. */
  readonly curl: string;
}

export function redactedHeaders(headers: Readonly<Record<string, string>>, origin: CredentialOrigin | undefined): Record<string, string> {
  return origin === undefined ? { ...headers } : { ...headers, [origin.header]: `${origin.prefix ?? ""}[redacted]` };
}

export function curlText(url: string, headers: Record<string, string>, origin: CredentialOrigin | undefined, body: string): string {
  const parts = [`curl -X POST ${quoted(url)}`];
  // Otherwise curl would make several addresses of one.
  if (/[[\]{}]/.test(url)) parts.push("--globoff");
  for (const [name, value] of Object.entries(headers)) {
    const secret = origin !== undefined && name === origin.header;
    parts.push(secret ? `-H "${name}: ${origin.prefix ?? ""}$${origin.variable}"` : `-H ${quoted(value === "" ? `${name};` : `${name}: ${value}`)}`);
  }
  parts.push(`--data-raw ${quoted(body)}`);
  return parts.join(" \\\n  ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
