import { Checks } from "../core/checks.ts";
import type { CallPlan } from "../core/connection.ts";
import type { RequestOptions } from "../core/options.ts";
import type { RestAnswer, RestRequest } from "../core/rest-connection.ts";
import { revealed } from "../core/secret.ts";
import { aboutOne, type AboutOne } from "./ids.ts";

/** What the resources need of a client. */
export interface Gateway {
  ask<T>(request: RestRequest, options: RequestOptions | undefined, read: (answer: RestAnswer) => T, plan?: CallPlan): Promise<T>;
  /** Names a secret to be kept out of messages from now on. */
  hide(secret: string): void;
  /** The same JSON without the secrets that are known. */
  clean(value: unknown): unknown;
}

/** A shorter text could stand anywhere by chance, and hiding it would spoil messages. */
export const shortestSecret = 6;

/** Keeps a password that goes out from coming back in an error. */
export function hidePassword(gateway: Gateway, password: unknown): void {
  const text = revealed(password) ?? password;
  if (typeof text === "string" && text.length >= shortestSecret) gateway.hide(text);
}

/**
 * Does something to one object. What the server answers to it is not documented, so nothing of it is given.
 *
 * @param name - the method, for what is wrong with its input.
 * @param check - looks at the rest of the input.
 */
export async function act(gateway: Gateway, name: string, about: AboutOne, options: RequestOptions | undefined, check?: (checks: Checks) => void): Promise<void> {
  const checks = new Checks(name);
  const request = aboutOne(about, checks);
  check?.(checks);
  checks.done();
  await gateway.ask(request, options, () => undefined);
}
