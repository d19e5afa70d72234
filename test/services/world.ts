import { expect, onTestFinished } from "vitest";
import { ConfigurationError } from "keylight";
import { credentialHeadersOf } from "../faults/ledger.ts";
import type { Caller, Given, House, Options } from "./house.ts";
import { ServiceServer, type Request } from "./server.ts";

/** Retries that wait next to nothing, for cases that are not about waiting. */
export const quick: Options = { retry: { attempts: 2, maxDelay: 5 } };
export const once: Options = { retry: { attempts: 0 } };

/** A server for one test. Whatever the test does, each request must carry exactly one credential header, and a login none. */
export async function serverOf(house: House): Promise<ServiceServer> {
  const server = await new ServiceServer(house).start();
  onTestFinished(async () => {
    await server.stop();
    for (const visit of server.visits) expectOneCredential(house, visit);
  });
  return server;
}

function expectOneCredential({ given, sessions }: House, visit: Request): void {
  const headers = [...given.map(({ header }) => header), sessions.header];
  const names = credentialHeadersOf(visit);
  expect(visit.operation, visit.path).not.toBe("other");
  expect(names.length, visit.operation).toBe(visit.operation === "login" ? 0 : 1);
  for (const name of names) expect(headers).toContain(name);
}

/** A client that reads no variable of this process, and is closed after the test. */
export function callerAt(house: House, base: string, options: Options): Caller {
  const caller = house.make({ ...house.at(base), env: {}, ...options });
  onTestFinished(() => caller.close());
  return caller;
}

export interface World {
  readonly server: ServiceServer;
  readonly client: Caller;
}

/** The options that give a credential: text, a Secret or a function. */
export function giving({ option, more }: Given, value: unknown): Options {
  return { ...more, [option]: value };
}

/** A server, and a client with a credential that it accepts. */
export async function withGiven(house: House, options: Options = {}, given: Given = house.given[0]): Promise<World & { text: string }> {
  const server = await serverOf(house);
  const text = accepted(server, given);
  return { server, client: callerAt(house, server.base, { ...giving(given, text), ...options }), text };
}

/** A new credential that the server accepts. */
export function accepted(server: ServiceServer, given: Given): string {
  const text = given.sample();
  server.accepted.add(given.prefix + text);
  return text;
}

/** The options for a session at this server. */
export function sessionAt(server: ServiceServer): Options {
  const { base, secret } = server;
  return server.house.sessions.options({ base, secret, token: server.addSession() });
}

/** A server, and a client whose session is renewed. */
export async function withSession(house: House, options: Options = {}): Promise<World> {
  const server = await serverOf(house);
  return { server, client: callerAt(house, server.base, { ...sessionAt(server), ...options }) };
}

/** The same, after a first call, so that there is a session; `logins` counts those from here on. */
export async function withLiveSession(house: House, options: Options = {}): Promise<World & { logins: () => number; reads: () => number }> {
  const { server, client } = await withSession(house, options);
  await client.read();
  const before = { logins: server.logins, reads: server.reads };
  expect(before).toEqual({ logins: house.sessions.firstLogins, reads: 1 });
  return { server, client, logins: () => server.logins - before.logins, reads: () => server.reads - before.reads };
}

/** What the making of a client throws. */
export function refusedOptions(make: () => unknown): ConfigurationError {
  try {
    make();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error("expected a ConfigurationError, and nothing was thrown");
}
