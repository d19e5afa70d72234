import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, onTestFinished } from "vitest";
import { LuminaryClient, type LuminaryAuth, type LuminaryOptions } from "keylight/luminary";
import { createFakeLuminary, type FakeLuminary, type FakeLuminaryOptions, type RecordedRequest } from "keylight/testing";
import { canary, storableCanary } from "../oracle/oracle.ts";

/** A fake on a port of this machine, which is the API and the identity provider. */
export interface Site {
  readonly fake: FakeLuminary;
  readonly domain: string;
  readonly auth: LuminaryAuth & { readonly domain: string; readonly clientId: string; readonly audience: string };
}

const sites = new Set<FakeLuminary>();

// Before the leak oracle looks: whatever reached the server must show nowhere else, tokens in the session file excepted.
afterEach(() => {
  for (const { requests } of sites) for (const request of requests) registerSecrets(request);
  sites.clear();
});

function registerSecrets({ headers, body }: RecordedRequest): void {
  const members: Record<string, unknown> = typeof body === "object" && body !== null ? { ...body } : {};
  const { code, code_verifier: verifier, refresh_token: refreshToken } = members;
  for (const secret of [code, verifier, headers["x-api-key"]]) if (typeof secret === "string" && secret.length > 12) canary(secret);
  for (const token of [refreshToken, headers["authorization"]?.replace("Bearer ", "")]) if (typeof token === "string" && token.length > 12) storableCanary(token);
}

/** It sends logins back to any port, so that tests do not stand in each other's way. */
export async function siteOf(options: FakeLuminaryOptions = {}): Promise<Site> {
  const fake = createFakeLuminary({ redirectPorts: "any", ...options });
  canary(fake.apiKey);
  sites.add(fake);
  const { url, close } = await fake.listen();
  onTestFinished(close);
  const domain = new URL(url).host;
  return { fake, domain, auth: { ...fake.auth, domain, ports: [0] } };
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "keylight-luminary-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** A client that reads no variables of this process, keeps its logins apart, and is closed after the test. */
export function clientOf(options: LuminaryOptions = {}): LuminaryClient {
  const cache = options.sessionStore === undefined && options.cacheDirectory === undefined ? { cacheDirectory: temporaryDirectory() } : {};
  const client = new LuminaryClient({ env: {}, ...cache, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A client of a site, for a person. */
export function personOf({ domain, auth }: Site, options: LuminaryOptions = {}): LuminaryClient {
  return clientOf({ domain, auth, ...options });
}

/** What a browser does with the address of a login: goes there, and where it is sent from there. */
export async function browse(address: string): Promise<Response> {
  const redirect = await fetch(address, { redirect: "manual" });
  const callback = redirect.headers.get("location");
  if (callback === null) throw new Error(`no redirect, but ${String(redirect.status)} ${await redirect.text()}`);
  return fetch(callback);
}

/** An `open` that is a person with a browser. What the browser shows in the end is in `pages`. */
export function browser(): { open: (address: string) => void; readonly addresses: string[]; readonly pages: Promise<Response>[] } {
  const addresses: string[] = [];
  const pages: Promise<Response>[] = [];
  return {
    addresses,
    pages,
    open: (address) => {
      addresses.push(address);
      const page = browse(address);
      page.catch(() => undefined);
      pages.push(page);
    },
  };
}

/** An `open` whose person does nothing. Resolves with the address when it is shown. */
export function onlooker(): { open: (address: string) => void; readonly address: Promise<string> } {
  let shown: (address: string) => void = () => undefined;
  const address = new Promise<string>((resolve) => {
    shown = resolve;
  });
  return { open: (text) => { shown(text); }, address };
}

export function countAt({ fake }: Site, operationName: string): number {
  return fake.requests.filter((request) => request.operationName === operationName).length;
}

export function lastAt({ fake }: Site): RecordedRequest {
  return defined(fake.requests.at(-1));
}

/** What the promise rejects with, which must be of this class. */
export async function failure<E>(work: Promise<unknown>, kind: new (...given: never[]) => E): Promise<E> {
  const error = await rejection(work);
  if (error instanceof kind) return error;
  throw new Error(`expected ${kind.name}, not ${inspect(error)}`);
}

export async function rejection(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then((value) => ({ value }), (error: unknown) => ({ error }));
  if ("error" in outcome) return outcome.error;
  throw new Error(`expected a rejection, not ${inspect(outcome.value)}`);
}

export function thrown<E>(kind: new (...given: never[]) => E, action: () => unknown): E {
  try {
    action();
  } catch (error) {
    if (error instanceof kind) return error;
    throw new Error(`expected ${kind.name}, not ${inspect(error)}`);
  }
  throw new Error(`expected ${kind.name}, and nothing was thrown`);
}

export function defined<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error("expected a value");
  return value;
}

/** Hands in what the types forbid, as a caller in JavaScript can. */
export function wrong<T>(value: unknown): T {
  return value as T;
}

interface CacheFile {
  readonly version: number;
  readonly sessions: Record<string, { token: string; refreshToken?: string; obtainedAt: string; expiresAt?: string }>;
}

export function readCache(directory: string): CacheFile {
  return JSON.parse(readFileSync(join(directory, "config"), "utf8")) as CacheFile;
}

/** Changes what is stored, such as to let a token be over. */
export function changeCache(directory: string, change: (session: CacheFile["sessions"][string]) => object): void {
  const cache = readCache(directory);
  const sessions = Object.fromEntries(Object.entries(cache.sessions).map(([key, session]) => [key, { ...session, ...change(session) }]));
  writeFileSync(join(directory, "config"), JSON.stringify({ ...cache, sessions }));
}

/** A port of this machine on which nobody listens: the system will not give it to others for a while. */
export async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
