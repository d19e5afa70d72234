import { AuthenticationError, type AuthenticationCode } from "../../errors/index.ts";
import type { LiveSecrets } from "../live-secrets.ts";
import type { CallScope } from "../transport/scope.ts";
import type { Authorization, CredentialOrigin, CredentialSource, CredentialValue } from "./source.ts";
import { credentialText } from "./text.ts";

export interface KeyOptions {
  readonly value: CredentialValue;
  /** The option or variable, for errors. */
  readonly name: string;
  readonly origin: CredentialOrigin;
  readonly secrets: LiveSecrets;
  /** A service's own rule for the text; throws a ConfigurationError. */
  readonly check?: (text: string, name: string) => void;
  readonly rejection: { readonly code: AuthenticationCode; readonly message: string; readonly hint: string };
}

/** A credential that is given: a text, or a function that is asked for each call and once more when its answer was rejected. */
export function keySource(options: KeyOptions): CredentialSource {
  const { value, name, origin } = options;
  let last: Authorization | undefined;

  const take = (given: Parameters<typeof credentialText>[0]): Authorization => {
    const text = credentialText(given, name);
    options.check?.(text, name);
    if (last?.value === text) return last;
    options.secrets.add(text);
    last = { header: origin.header, prefix: origin.prefix, value: text, generation: (last?.generation ?? 0) + 1, adopted: true };
    return last;
  };
  const rejected = (): AuthenticationError =>
    new AuthenticationError(options.rejection.message, options.rejection.code, { hint: options.rejection.hint });

  if (typeof value !== "function") {
    const fixed = take(value);
    return {
      origin,
      current: () => fixed,
      atHand: () => Promise.resolve(fixed),
      renew: () => Promise.reject(rejected()),
      accepted: () => undefined,
    };
  }

  const ask = async (scope: CallScope): Promise<Authorization> => take(await scope.race(Promise.resolve().then(value)));
  return {
    origin,
    current: ask,
    atHand: ask,
    async renew(old, scope, renewals) {
      if (renewals > 0) throw rejected();
      const next = await ask(scope);
      if (next.value === old.value) throw rejected();
      return next;
    },
    accepted: () => undefined,
  };
}
