import { AuthenticationError, KeylightError } from "../../errors/index.ts";
import type { StoredSession } from "../session/store.ts";
import type { CallScope } from "../transport/scope.ts";
import type { DeviceCode, OAuthClient } from "./oauth.ts";
import { browserAddress } from "./provider.ts";
import { needSomebody, terminal } from "./show.ts";

/** What a person has to be told: where to go, in a browser on any machine, and what to enter there. */
export interface DevicePrompt {
  readonly userCode: string;
  readonly verificationUri: string;
  /** The same with the code in it, where the server gives one. */
  readonly verificationUriComplete: string | undefined;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

export interface DeviceLoginOptions {
  /** Default: prints it on standard error. */
  readonly show?: ((prompt: DevicePrompt) => void | Promise<void>) | undefined;
}

/** RFC 8628, 3.5: by so much each `slow_down` makes the interval longer, in milliseconds. */
const slower = 5_000;

/** Logs in with a code that a person enters in a browser on any machine. */
export async function deviceLogin(oauth: OAuthClient, options: DeviceLoginOptions, scope: CallScope): Promise<StoredSession> {
  const say = terminal();
  needSomebody(options.show, say, "show");
  const code = await oauth.deviceCode(scope);
  const until = performance.now() + code.lifetime;
  const prompt = promptOf(code);
  if (options.show === undefined) say?.(textOf(prompt));
  else await scope.race(Promise.resolve(options.show(prompt)));
  for (let interval = code.interval; ; ) {
    if (performance.now() + interval >= until) throw new AuthenticationError("nobody entered the code in time", "LOGIN_FAILED", { retryable: true, hint: "Log in again for another code." });
    await scope.sleep(interval);
    const outcome = await code.poll(scope).catch(waitOf);
    if (typeof outcome === "object" && "token" in outcome) return outcome;
    if (outcome === "slow down") interval += slower;
    // The server, or the way to it, has a difficulty: less of us may help.
    if (typeof outcome === "object") interval = Math.max(interval * 2, outcome.wait);
  }
}

/** How long to wait after trouble that may pass, in milliseconds; all else ends the login. */
function waitOf(error: unknown): { wait: number } {
  if (error instanceof KeylightError && error.retryable) return { wait: error.retryAfterMs ?? 0 };
  throw error;
}

/** @throws {@link AuthenticationError} for an address that no browser may get, and for a code that is no text to enter. */
function promptOf({ userCode, verificationUri, verificationUriComplete, lifetime }: DeviceCode): DevicePrompt {
  const address = browserAddress(verificationUri);
  const complete = verificationUriComplete === undefined ? undefined : browserAddress(verificationUriComplete);
  // What is printed on a terminal could be more than text to it.
  if (address === undefined || !/^[\x20-\x7e]{1,64}$/.test(userCode)) {
    throw new AuthenticationError("the authorization server's code, or the address to enter it at, is not one to show to a person", "LOGIN_FAILED");
  }
  const expiresAt = new Date(Date.now() + Math.min(lifetime, 86_400_000)).toISOString();
  return { userCode, verificationUri: address, verificationUriComplete: complete, expiresAt };
}

function textOf({ userCode, verificationUri, verificationUriComplete }: DevicePrompt): string {
  const shorter = verificationUriComplete === undefined ? "" : `or visit\n\n    ${verificationUriComplete}\n\n`;
  return `Interactive login required. Visit the following address, in a browser on any machine, and enter the code ${userCode}:\n\n    ${verificationUri}\n\n${shorter}`;
}
