import { vi } from "vitest";
import { LiveSecrets } from "../../../src/core/live-secrets.ts";
import type { LoginAttempt, NewSession } from "../../../src/core/session/login.ts";
import { SessionManager, type SessionOptions } from "../../../src/core/session/manager.ts";
import { memorySessionStore } from "../../../src/core/session/memory-store.ts";
import type { SessionStore, StoredSession } from "../../../src/core/session/store.ts";
import { CallScope } from "../../../src/core/transport/scope.ts";
import { AuthenticationError } from "../../../src/errors/index.ts";
import { storableCanary } from "../../oracle/oracle.ts";

export const hour = 3_600_000;
export const day = 24 * hour;
export const lifetime = 30 * day;
export const begun = Date.parse("2026-01-01T00:00:00.000Z");
export const origin = { kind: "userKey", source: "option userKey", header: "x-session", prefix: "Token ", variable: "SESSION" };

export const tokenOf = (number: number): string => storableCanary(`token-number-${number}-of-the-login`);

/** Time that only a test moves: it stands at `begun`. */
export function holdTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  vi.setSystemTime(begun);
}

export function managed(options: Partial<SessionOptions> = {}) {
  const login = vi.fn((_attempt: LoginAttempt): Promise<NewSession> => Promise.resolve({ token: tokenOf(login.mock.calls.length) }));
  const log = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() };
  const open = new Set<CallScope>();
  const store = options.store ?? memorySessionStore();
  const secrets = new LiveSecrets();
  const manager = new SessionManager({
    login, log, open, store, secrets, origin, lifetime, timeout: 30_000, retryAttempts: 0, storeKey: () => Promise.resolve("key"), ...options,
  });
  return { manager, login, log, open, store, secrets };
}

/** The scope of a call that nobody ends. */
export const scope = (): CallScope => new CallScope({ timeout: 3_600_000, background: true });

export const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

/** A store that holds this session. */
export async function storeWith(session: StoredSession): Promise<SessionStore> {
  const store = memorySessionStore();
  await store.set("key", session);
  return store;
}

export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let settle: { resolve: (value: T) => void; reject: (error: unknown) => void } | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) };
}

/** What the promise rejects with. */
export const caught = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => { throw new Error("it was fulfilled"); }, (error: unknown) => error);

/** Lets everything run that waits for no timer. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const interactionRequired = (): AuthenticationError => new AuthenticationError("a person has to log in", "INTERACTION_REQUIRED");
