import { inspect } from "node:util";
import { onTestFinished, vi } from "vitest";
import { groundOf, type Ground } from "../../../src/core/base-client.ts";
import type { CommonOptions } from "../../../src/core/options.ts";
import { OAuthClient } from "../../../src/core/login/oauth.ts";
import type { OAuthProvider } from "../../../src/core/login/provider.ts";
import { CallScope } from "../../../src/core/transport/scope.ts";
import { clientId } from "./peer.ts";

/** What a client of ours stands on, closed after the test. */
export function ground(options: CommonOptions = {}): Ground {
  const made = groundOf({ env: {}, ...options }, []);
  made.lines.retain();
  onTestFinished(() => { made.lines.release(); });
  return made;
}

export function oauthOf(provider: Partial<OAuthProvider> & Pick<OAuthProvider, "issuer">, options: CommonOptions = {}): OAuthClient {
  return new OAuthClient({ endpoints: { discover: "oidc" }, clientId, scopes: ["openid", "offline_access"], ...provider }, ground(options));
}

export function scopeOf(timeout = 10_000): CallScope {
  const scope = new CallScope({ timeout });
  onTestFinished(() => { scope.dispose(); });
  return scope;
}

export async function rejection(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then((value) => ({ value }), (error: unknown) => ({ error }));
  if ("error" in outcome) return outcome.error;
  throw new Error(`expected a rejection, not ${inspect(outcome.value)}`);
}

/** Makes standard error a terminal until the test is over, and gives what is written to it. */
export function asTerminal(): () => string {
  let said = "";
  const { stderr } = process;
  const before = Object.getOwnPropertyDescriptor(stderr, "isTTY");
  Object.defineProperty(stderr, "isTTY", { value: true, configurable: true });
  const spy = vi.spyOn(stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  onTestFinished(() => {
    spy.mockRestore();
    if (before === undefined) Reflect.deleteProperty(stderr, "isTTY");
    else Object.defineProperty(stderr, "isTTY", before);
  });
  return () => said;
}
