import { ConfigurationError } from "../errors/index.ts";
import type { Environment } from "../core/environment.ts";
import { own } from "../core/options.ts";
import { namedPlace, sessionFile, type Place } from "../core/session/file-store.ts";
import type { SessionStore } from "../core/session/store.ts";
import { sessionKey } from "../core/session/store-key.ts";
import type { OAuthProvider } from "../core/login/provider.ts";
import type { LuminaryOptions } from "./options.ts";

/**
 * Where logins are kept: the option `sessionStore`, else the file `config` in `cacheDirectory`, in `LC_CREDENTIALS_DIR`, or in
 * `.luminarycloud` of the home directory (documented, and that it is JSON; what is in it is ours).
 *
 * @throws {@link ConfigurationError}
 */
export function cacheOf(options: LuminaryOptions, env: Environment, sessionStore: SessionStore | undefined): SessionStore {
  const directory = own(options, "cacheDirectory");
  if (sessionStore === undefined) return sessionFile(placeOf(directory, env), "config");
  if (directory === undefined) return sessionStore;
  throw new ConfigurationError("sessionStore and cacheDirectory exclude each other", { hint: "A store of your own keeps logins where it wants to." });
}

function placeOf(directory: string | undefined, env: Environment): Place {
  if (directory !== undefined) return namedPlace(directory, "cacheDirectory");
  const named = env("LC_CREDENTIALS_DIR");
  if (named !== undefined) return namedPlace(named, "LC_CREDENTIALS_DIR");
  return ({ path }) => {
    const home = process.platform === "win32" ? env("USERPROFILE") : env("HOME");
    // A relative one would mean another place in each working directory.
    return home !== undefined && path.isAbsolute(home) ? { directory: path.join(home, ".luminarycloud"), own: true } : undefined;
  };
}

/**
 * Logins of different installations, and of different OAuth clients, do not overwrite each other, and no login goes to a
 * host that it was not made for. Nothing of this is a secret, so that the hash needs none.
 */
export function cacheKey(api: URL, provider: OAuthProvider | undefined): Promise<string> {
  return sessionKey("keylight", ["luminary", api.origin, provider?.issuer.origin ?? "", provider?.clientId ?? "", provider?.audience ?? ""]);
}
