import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setupServer } from "msw/node";
import { expect, onTestFinished } from "vitest";
import { LumoAuthClient, type LumoAuthOptions } from "keylight/lumoauth";
import { createFakeLumoAuth, type FakeLumoAuth, type FakeLumoAuthOptions } from "keylight/testing";
import { credentialHeadersOf, headerValues } from "../faults/ledger.ts";
import { canary } from "../oracle/oracle.ts";

export { defined, expectHidden, failure, printed, rejection, thrown, wrong } from "../lumar/support.ts";

/** A key of the documented shape, which must show nowhere. */
export const key = canary("lmk_6Qx0n2uTq8Zr4Wf1Lk9Bv7Ys");

/** One request as a bare server got it. */
export interface Visit {
  readonly method: string;
  /** As it stood in the request, encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Name, value, name, value: as they came. */
  readonly rawHeaders: readonly string[];
  readonly text: string;
  readonly body: unknown;
}

export interface Bare {
  readonly url: string;
  readonly visits: Visit[];
}

/** What the bare server answers: a text is sent as it is, anything else as JSON. */
export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the connection instead. */
  readonly drop?: boolean;
}

type Answer = (visit: Visit, nth: number) => Reply | undefined | Promise<Reply | undefined>;

/**
 * A server that is not ours in any way: it answers what the test says, and counts. Whatever the test does, no request may
 * carry more than one credential header, and none the legacy scheme.
 */
export async function bareServer(answer: Answer): Promise<Bare> {
  const visits: Visit[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { pathname: path, searchParams: query } = new URL(request.url ?? "", "http://any");
      const text = Buffer.concat(chunks).toString();
      const body: unknown = text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : undefined;
      const visit: Visit = { method: request.method ?? "", path, query, rawHeaders: request.rawHeaders, text, body };
      visits.push(visit);
      void Promise.resolve(answer(visit, visits.length)).then((reply) => {
        deliver(response, reply ?? {});
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    for (const visit of visits) expectOneCredential(visit);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, visits };
}

function deliver(response: ServerResponse, { status = 200, body, headers = {}, drop = false }: Reply): void {
  if (drop) {
    response.socket?.resetAndDestroy();
    return;
  }
  const text = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, { ...(typeof body === "object" ? { "content-type": "application/json; charset=utf-8" } : {}), ...headers }).end(text);
}

function expectOneCredential(visit: Visit): void {
  expect(credentialHeadersOf(visit).length, `${visit.method} ${visit.path}`).toBeLessThanOrEqual(1);
  for (const value of headerValues(visit, "authorization")) expect(value).toMatch(/^Bearer \S+$/);
}

/** The credential headers of a request with their values. */
export function credentialOf(visit: Visit): [name: string, value: string][] {
  return credentialHeadersOf(visit).map((name) => [name, headerValues(visit, name)[0] ?? ""]);
}

/** Retries that wait next to nothing, for cases that are not about waiting. */
export const quick = { retry: { attempts: 2, maxDelay: 5 } } satisfies LumoAuthOptions;

/** A client that reads no variables of this process, and is closed after the test. */
export function clientOf(options: LumoAuthOptions): LumoAuthClient {
  const client = new LumoAuthClient({ env: {}, ...quick, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A client of a bare server, for the tenant acme, with {@link key}. */
export function clientAt({ url }: Bare, options: LumoAuthOptions = {}): LumoAuthClient {
  const credential = options.apiKey === undefined && options.accessToken === undefined ? { apiKey: key } : {};
  return clientOf({ baseUrl: url, tenant: "acme", ...credential, ...options });
}

/** A bare server that answers everything with this, and its client. */
export async function answering(reply: Reply | Answer, options: LumoAuthOptions = {}): Promise<Bare & { client: LumoAuthClient }> {
  const bare = await bareServer(typeof reply === "function" ? reply : () => reply);
  return { ...bare, client: clientAt(bare, options) };
}

/** The fake behind MSW for one test. */
export function fakeLumoAuth(options: FakeLumoAuthOptions = {}): FakeLumoAuth {
  const fake = watched(createFakeLumoAuth(options));
  const server = setupServer(...fake.handlers);
  server.listen({ onUnhandledRequest: "error" });
  onTestFinished(() => {
    server.close();
  });
  return fake;
}

/** The fake on a port of this machine. */
export async function listeningFake(options: FakeLumoAuthOptions = {}): Promise<{ fake: FakeLumoAuth; baseUrl: string }> {
  const fake = watched(createFakeLumoAuth(options));
  const { url, close } = await fake.listen();
  onTestFinished(close);
  return { fake, baseUrl: url };
}

/** Whatever the test does, each request to the fake must carry at most one credential. */
function watched(fake: FakeLumoAuth): FakeLumoAuth {
  canary(fake.apiKey);
  onTestFinished(() => {
    for (const { headers, path } of fake.requests) {
      expect(["authorization", "cookie", "x-api-key", "x-auth-token"].filter((name) => name in headers).length, path).toBeLessThanOrEqual(1);
      expect(headers["authorization"] ?? "Bearer").toMatch(/^Bearer/);
    }
  });
  return fake;
}

/** A client of the fake's tenant with its first key. */
export function adminOf(fake: FakeLumoAuth, options: LumoAuthOptions = {}): LumoAuthClient {
  return clientOf({ tenant: fake.tenant.slug, apiKey: fake.apiKey, ...options });
}

/** The names of the operations that reached the fake, in their order. */
export function operationsAt(fake: FakeLumoAuth): (string | undefined)[] {
  return fake.requests.map(({ operationName }) => operationName);
}

/** A refusal as the errors page shows it. */
export function refusal(status: number, code: string, message: string, details?: object): Reply {
  return { status, body: { error: true, message, status, code, ...(details === undefined ? {} : { details }) } };
}

export const unauthorized = refusal(401, "invalid_token", "Invalid or expired access token");

/** A user as the documentation shows one. */
export const user = {
  id: "8f9c0a52-1f4b-4d83-9d3c-1f2a0c9e7b11",
  email: "ada@example.com",
  name: "Ada",
  emailVerified: true,
  isActive: true,
  blocked: false,
  mfaEnabled: false,
  roles: [{ slug: "admin", name: "Administrator" }],
  groups: [],
  createdAt: "2026-01-15T10:30:00Z",
  loginCount: 3,
};

export function page(data: readonly object[], meta: object = { total: data.length, page: 1, limit: 100, totalPages: 1, hasNextPage: false, hasPreviousPage: false }): Reply {
  return { body: { data, meta } };
}
