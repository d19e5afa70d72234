import { ConfigurationError } from "../errors/index.ts";
import { readEnvironment, type Environment } from "./environment.ts";
import { Lines } from "./lines.ts";
import { LiveSecrets } from "./live-secrets.ts";
import { own, readSettings, type CommonOptions, type Settings } from "./options.ts";
import { admitProxy, proxyVariables } from "./proxy.ts";
import type { CallScope } from "./transport/scope.ts";

/** What every client stands on: its environment, its checked options, its secrets and its connections. */
export interface Ground {
  readonly env: Environment;
  readonly settings: Settings;
  readonly secrets: LiveSecrets;
  readonly lines: Lines;
  /** The logins that are running. */
  readonly open: Set<CallScope>;
}

/**
 * @param variables - those of the environment that the service knows.
 * @param pattern - see {@link LiveSecrets}.
 * @throws {@link ConfigurationError} naming the option that is wrong.
 */
export function groundOf(options: CommonOptions, variables: readonly string[], pattern?: RegExp): Ground {
  if (typeof options !== "object" || options === null) throw new ConfigurationError("the options of a client must be an object");
  const env = readEnvironment([...variables, ...proxyVariables, "LC_LOG"], own(options, "env"));
  const settings = readSettings(options, env);
  return { env, settings, secrets: new LiveSecrets(pattern), lines: new Lines(settings), open: new Set() };
}

/** Says what is wrong with the way to these addresses, before anything is sent. */
export function checkWay({ settings, secrets }: Ground, ...targets: URL[]): void {
  for (const target of targets) admitProxy(settings.proxy, target, secrets);
}
