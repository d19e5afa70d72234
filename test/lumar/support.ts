import { inspect } from "node:util";
import { setupServer } from "msw/node";
import { expect, onTestFinished } from "vitest";
import { Client, memorySessionStore, type ClientOptions, type CreatedServiceAccountKey, type ServiceAccount, type SessionStore } from "keylight";
import { createFakeLumar, type FakeLumar, type FakeLumarOptions, type RecordedRequest } from "keylight/testing";

export const day = 24 * 60 * 60 * 1000;

/** A fake behind MSW for one test. Whatever the test does, each request must carry the credential headers that it may. */
export function fakeLumar(options: FakeLumarOptions = {}): FakeLumar {
  const fake = createFakeLumar(options);
  const server = setupServer(...fake.handlers);
  server.listen({ onUnhandledRequest: "error" });
  onTestFinished(() => {
    server.close();
    for (const request of fake.requests) expectOneCredential(request);
  });
  return fake;
}

/** A client that reads no variables of this process, and is closed after the test. */
export function clientOf(options: ClientOptions = {}): Client {
  const client = new Client({ env: {}, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A client of the fake's Admin user. */
export function adminOf(fake: FakeLumar, options: ClientOptions = {}): Client {
  return clientOf({ userKey: fake.userKey, ...options });
}

export interface Furnished {
  readonly fake: FakeLumar;
  readonly client: Client;
  readonly serviceAccount: ServiceAccount;
}

/** A fake, an Admin's client that is logged in, and a service account. */
export async function furnished(fakeOptions: FakeLumarOptions = {}, options: ClientOptions = {}): Promise<Furnished> {
  const fake = fakeLumar(fakeOptions);
  const client = adminOf(fake, options);
  const serviceAccount = await client.serviceAccounts.create({ accountId: fake.account.id, name: "CI", roleCode: "Viewer" });
  return { fake, client, serviceAccount };
}

export interface Keyed extends Furnished {
  readonly key: CreatedServiceAccountKey;
  readonly apiKey: string;
}

/** The same, with a key of the service account. */
export async function furnishedWithKey(fakeOptions: FakeLumarOptions = {}, options: ClientOptions = {}): Promise<Keyed> {
  const { fake, client, serviceAccount } = await furnished(fakeOptions, options);
  const key = await client.serviceAccounts.keys.create(serviceAccount.id, { name: "deploy" });
  return { fake, client, serviceAccount, key, apiKey: key.apiKey.reveal() };
}

/** The names of the operations that reached the server, in their order; `from` leaves out as many. */
export function operationsAt(fake: FakeLumar, from = 0): (string | undefined)[] {
  return fake.requests.slice(from).map(({ operationName }) => operationName);
}

export function countAt(fake: FakeLumar, operationName: string): number {
  return fake.requests.filter((request) => request.operationName === operationName).length;
}

export function lastAt(fake: FakeLumar): RecordedRequest {
  return defined(fake.requests.at(-1));
}

/** Resolves when a request with this name has reached the server. */
export async function arrived(fake: FakeLumar, operationName: string): Promise<void> {
  await expect.poll(() => countAt(fake, operationName), { interval: 2, timeout: 5_000 }).toBeGreaterThan(0);
}

/** Credential headers of a request, by name. */
export function credentialsOf({ headers }: RecordedRequest): string[] {
  return ["authorization", "cookie", "x-api-key", "x-auth-token"].filter((name) => name in headers);
}

function expectOneCredential(request: RecordedRequest): void {
  const names = credentialsOf(request);
  if (request.operationName === "LoginWithUserKey") expect(names).toEqual([]);
  else if (request.operationName === "Version") expect(names.length).toBeLessThanOrEqual(1);
  else expect(names, String(request.operationName)).toEqual([expect.stringMatching(/^x-(api-key|auth-token)$/)]);
}

/** What the promise rejects with, which must be of this class. */
export async function failure<E>(work: Promise<unknown>, kind: new (...given: never[]) => E): Promise<E> {
  return thrownAs(kind, await rejection(work));
}

/** What the function throws, which must be of this class. */
export function thrown<E>(kind: new (...given: never[]) => E, action: () => unknown): E {
  try {
    action();
  } catch (error) {
    return thrownAs(kind, error);
  }
  throw new Error(`expected ${kind.name}, and nothing was thrown`);
}

function thrownAs<E>(kind: new (...given: never[]) => E, error: unknown): E {
  if (error instanceof kind) return error;
  throw new Error(`expected ${kind.name}, not ${inspect(error)}`);
}

/** Whatever the promise rejects with. */
export async function rejection(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then((value) => ({ value }), (error: unknown) => ({ error }));
  if ("error" in outcome) return outcome.error;
  throw new Error(`expected a rejection, not ${inspect(outcome.value)}`);
}

export function defined<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error("expected a value");
  return value;
}

/** Hands in what the types forbid, as a caller in JavaScript can. */
export function wrong<T>(value: unknown): T {
  return value as T;
}

/** Everything that a program may print of a value. */
export function printed(value: unknown): string {
  const parts = [inspect(value, { showHidden: true, depth: 20, getters: true }), String(value), JSON.stringify(value)];
  if (value instanceof Error) parts.push(value.message, String(value.stack), JSON.stringify(Object.getOwnPropertyDescriptors(value)));
  return parts.join("\n");
}

/** None of these shows in anything that may be printed, in plain or as base64, hex or URL-encoded. */
export function expectHidden(value: unknown, secrets: readonly string[]): void {
  const text = printed(value);
  for (const secret of secrets) {
    const bytes = Buffer.from(secret);
    const forms = [secret, bytes.toString("base64").replace(/=+$/, ""), bytes.toString("hex"), encodeURIComponent(secret)];
    for (const form of forms) expect(text).not.toContain(form);
  }
}

/** A store whose content a test can look at. */
export function openStore(): { store: SessionStore; sessions: Map<string, unknown> } {
  const sessions = new Map<string, unknown>();
  const inner = memorySessionStore();
  const store: SessionStore = {
    get: (key) => inner.get(key),
    set: (key, session) => {
      sessions.set(key, session);
      return inner.set(key, session);
    },
    async delete(key, ifToken) {
      await inner.delete(key, ifToken);
      if ((await inner.get(key)) === undefined) sessions.delete(key);
    },
  };
  return { store, sessions };
}
