import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setupServer } from "msw/node";
import { expect, onTestFinished } from "vitest";
import { CloudTowerClient, type CloudTowerOptions } from "keylight/cloudtower";
import { createFakeCloudTower, type FakeCloudTower, type FakeCloudTowerOptions, type RecordedRequest } from "keylight/testing";
import { canary } from "../oracle/oracle.ts";
import type { Certificate } from "../support/certificates.ts";

export { defined, expectHidden, failure, openStore, printed, rejection, thrown, wrong } from "../lumar/support.ts";

/** What a fake may be asked for without a credential. */
const needsNone = ({ operationName, path }: RecordedRequest): boolean => operationName === "AuthnStrategies" || /\/v2\/api\/(?:login|get-version)$/.test(path);

/** A fake behind MSW for one test. Whatever the test does, each request must carry the one raw credential header, and a login none. */
export function fakeTower(options: FakeCloudTowerOptions = {}): FakeCloudTower {
  const fake = fakeWithCanaries(options);
  const server = setupServer(...fake.handlers);
  server.listen({ onUnhandledRequest: "error" });
  onTestFinished(() => {
    server.close();
    for (const request of fake.requests) expectOneCredential(request);
  });
  return fake;
}

/** A fake that listens on a port of this machine. */
export async function listeningTower(options: FakeCloudTowerOptions = {}): Promise<{ fake: FakeCloudTower; endpoint: string }> {
  const fake = fakeWithCanaries(options);
  const { url, close } = await fake.listen();
  onTestFinished(async () => {
    await close();
    for (const request of fake.requests) expectOneCredential(request);
  });
  return { fake, endpoint: url };
}

function fakeWithCanaries(options: FakeCloudTowerOptions): FakeCloudTower {
  const fake = createFakeCloudTower(options);
  canary(fake.user.password);
  return fake;
}

function expectOneCredential(request: RecordedRequest): void {
  const { headers, path } = request;
  const names = ["authorization", "cookie", "x-api-key", "x-auth-token"].filter((name) => name in headers);
  expect(names, path).toEqual(needsNone(request) ? [] : ["authorization"]);
  expect(headers["authorization"] ?? "").not.toMatch(/^(?:bearer|basic) /i);
}

/** Retries that wait next to nothing, for cases that are not about waiting. */
export const quick = { retry: { attempts: 2, maxDelay: 5 } } satisfies CloudTowerOptions;

/** A client that reads no variables of this process, and is closed after the test. */
export function clientAt(endpoint: string, options: CloudTowerOptions = {}): CloudTowerClient {
  const client = new CloudTowerClient({ endpoint, env: {}, ...quick, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A client that logs in as the fake's first user. */
export function rootOf(fake: FakeCloudTower, options: CloudTowerOptions = {}): CloudTowerClient {
  return clientAt(fake.endpoint, { login: fake.user, ...options });
}

/** The names of the operations that reached the fake, in their order. */
export function operationsAt(fake: FakeCloudTower): (string | undefined)[] {
  return fake.requests.map(({ operationName }) => operationName);
}

export function lastAt({ requests }: FakeCloudTower): RecordedRequest {
  const last = requests.at(-1);
  if (last === undefined) throw new Error("nothing reached the fake");
  return last;
}

/** A request as a bare server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface Bare {
  readonly endpoint: string;
  readonly seen: Seen[];
  /** The requests that went to this path. */
  readonly to: (path: string) => Seen[];
}

/** A server that is not ours in any way: it answers what the test says, and counts. With a certificate it speaks TLS. */
export async function bareServer(answer: (seen: Seen, response: ServerResponse, nth: number) => void, certificate?: Certificate): Promise<Bare> {
  const seen: Seen[] = [];
  const to = (path: string): Seen[] => seen.filter((one) => one.path === path);
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const { method = "", url: path = "", headers } = request;
      const one: Seen = { method, path, headers, body: text === "" ? undefined : JSON.parse(text) };
      seen.push(one);
      answer(one, response, to(path).length);
    });
  };
  const server = certificate === undefined ? createServer(listener) : createSecureServer(certificate, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const scheme = certificate === undefined ? "http" : "https";
  return { endpoint: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, to };
}

export function json(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers }).end(JSON.stringify(body));
}
