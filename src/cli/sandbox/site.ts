import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { BadRequest, type Action } from "./actions.ts";
import type { Events } from "./events.ts";
import { readPageFile, type FileAnswer } from "./files.ts";
import { pageRefusal } from "./guard.ts";

/** What the page's server is made of. */
interface Site {
  /** The folder of the built page. */
  readonly folder: string;
  readonly actions: ReadonlyMap<string, Action>;
  readonly view: () => unknown;
  readonly events: Events;
}

const mostBytes = 1_000_000;

/** Nothing but what comes from this server is loaded, run or framed. */
const policy = (styles: string): string =>
  `default-src 'none'; script-src 'self'; style-src ${styles}; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy": policy("'self'"),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** The page's server, which still has to listen. */
export function createSite(site: Site): Server {
  return createServer((incoming, outgoing) => {
    answer(site, incoming, outgoing).catch((error: unknown) => {
      if (outgoing.headersSent) outgoing.destroy();
      else if (error instanceof BadRequest) sendJson(outgoing, 400, { message: error.message });
      else sendJson(outgoing, 500, { message: error instanceof Error ? error.message : "Something went wrong." });
    });
  });
}

async function answer(site: Site, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const refusal = pageRefusal(provenanceOf(incoming), incoming.socket.localPort ?? 0);
  if (refusal !== undefined) {
    refuse(incoming, outgoing, 403, refusal);
    return;
  }
  const path = pathOf(incoming.url ?? "/");
  const action = path.startsWith("/api/") ? site.actions.get(path.slice("/api/".length)) : undefined;
  if (action !== undefined) await act(site, action, incoming, outgoing);
  else if (incoming.method !== "GET") refuse(incoming, outgoing, 405, "Only GET is possible here.");
  else if (path === "/api/events") site.events.add(outgoing);
  else if (path === "/api/state") sendJson(outgoing, 200, site.view());
  else {
    const file = await readPageFile(site.folder, path);
    if (file === undefined) refuse(incoming, outgoing, 404, "There is nothing here.");
    else sendFile(outgoing, file);
  }
}

function sendFile(outgoing: ServerResponse, { status, type, body, nonce }: FileAnswer): void {
  const styles = nonce === undefined ? {} : { "content-security-policy": policy(`'self' 'nonce-${nonce}'`) };
  outgoing.writeHead(status, { ...securityHeaders, ...styles, "content-type": type }).end(body);
}

/** Empty, which is found nowhere, for what is no path. */
function pathOf(target: string): string {
  return URL.canParse(target, "http://127.0.0.1") ? new URL(target, "http://127.0.0.1").pathname : "";
}

async function act(site: Site, action: Action, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (incoming.method !== "POST") {
    refuse(incoming, outgoing, 405, "Only POST is possible here.");
    return;
  }
  // A form of another site can send other types, without asking first.
  if (!/^application\/json\s*(;|$)/i.test(incoming.headers["content-type"] ?? "")) {
    refuse(incoming, outgoing, 415, "Send JSON.");
    return;
  }
  const result = await action(await readInput(incoming));
  site.events.changed();
  sendJson(outgoing, 200, result ?? {});
}

function provenanceOf({ headers }: IncomingMessage): Parameters<typeof pageRefusal>[0] {
  const first = (name: string): string | null => {
    const value = headers[name];
    return typeof value === "string" ? value : null;
  };
  return { host: headers.host ?? null, origin: headers.origin ?? null, fetchSite: first("sec-fetch-site"), fetchMode: first("sec-fetch-mode") };
}

async function readInput(incoming: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    if (!(chunk instanceof Uint8Array)) continue;
    length += chunk.byteLength;
    if (length > mostBytes) throw new BadRequest("That is too much.");
    chunks.push(chunk);
  }
  const value: unknown = parse(Buffer.concat(chunks).toString());
  if (typeof value !== "object" || value === null) throw new BadRequest("Send a JSON object.");
  return Object.fromEntries(Object.entries(value));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, status: number, why: string): void {
  incoming.resume();
  outgoing.writeHead(status, { ...securityHeaders, "content-type": "text/plain; charset=utf-8" }).end(`${why}\n`);
}

function sendJson(outgoing: ServerResponse, status: number, body: unknown): void {
  outgoing.writeHead(status, { ...securityHeaders, "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
