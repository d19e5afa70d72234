import { AuthenticationError } from "../../errors/index.ts";
import type { Log } from "../log.ts";
import { codeOf } from "../transport/wire.ts";
import { browserAddress } from "./provider.ts";

/** Opens an address in a browser. */
export type Open = (url: string) => void | Promise<void>;

/** Writes to the person at the terminal. */
export type Say = (text: string) => void;

/** The terminal, if somebody can be expected to read there. Standard output stays the program's own. */
export function terminal(): Say | undefined {
  const { stderr } = globalThis.process ?? {};
  if (!stderr?.isTTY) return undefined;
  return (text) => void stderr.write(text);
}

/** @throws {@link AuthenticationError} `INTERACTION_REQUIRED` where nobody would see what the person has to do: better than to wait for nothing. */
export function needSomebody(show: unknown, say: Say | undefined, name: string): void {
  if (show !== undefined || say !== undefined) return;
  throw new AuthenticationError("a person has to log in, and there is no terminal to tell them so", "INTERACTION_REQUIRED", {
    hint: `Run this where standard error is a terminal, or give ${name} to show it in another way; a program alone uses a key.`,
  });
}

export interface ShowOptions {
  readonly open: Open | undefined;
  readonly say: Say | undefined;
  readonly log: Log;
}

/**
 * Brings a person to an address: by the caller's own function, else by printing it and by opening a browser where that
 * can be done. The address is one argument to whatever opens it, and goes through no shell of ours.
 *
 * @throws {@link AuthenticationError} for an address that no browser may get, and when the caller's function fails and there is no terminal.
 */
export async function showAddress(address: URL, { open, say, log }: ShowOptions): Promise<void> {
  const safe = browserAddress(address);
  if (safe === undefined) {
    throw new AuthenticationError("the authorization server's address is one that no browser may be sent to", "LOGIN_FAILED", {
      hint: "Only https is opened, and http on this machine. Check the address of the authorization server.",
    });
  }
  if (open !== undefined) {
    const failure = await failureOf(() => open(safe));
    if (failure === undefined) return;
    log.warn("the given open failed; the address is printed", { error: failure.name });
    if (say === undefined) {
      throw new AuthenticationError("the given open failed, and there is no terminal to print the address on", "INTERACTION_REQUIRED", { cause: failure });
    }
  }
  say?.(`Interactive login required. Log in at the following address, in a browser on this machine:\n\n    ${safe}\n\n`);
  if (open !== undefined) return;
  const failure = await failureOf(async () => {
    const { default: openInBrowser } = await import("open");
    await openInBrowser(safe);
  });
  if (failure !== undefined) log.info("no browser was opened; the address is printed", { error: failure.name, code: failure.code });
}

/** Name and code of what was thrown; its text may hold the address. */
async function failureOf(action: () => unknown): Promise<{ name: string; code?: string } | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    const { code } = codeOf(error);
    return { name: error instanceof Error ? error.name : typeof error, ...(code === undefined ? {} : { code }) };
  }
}
