import { ConfigurationError } from "../errors/index.ts";
import type { LiveSecrets } from "./live-secrets.ts";

const loopback = new Set(["127.0.0.1", "[::1]", "localhost"]);
const secretName = /key|token|secret|passw|auth|signature|credential/i;

/** What a service says of plain `http` to other machines. */
export interface PlainHttp {
  readonly allowed: boolean;
  /** How to ask for it. */
  readonly hint: string;
}

/**
 * An address that credentials may be sent to: `https`, or plain `http` on a literal loopback host.
 *
 * @param name - the option or variable to name in the error; what it holds is named only as far as it is no secret.
 * @throws {@link ConfigurationError} for anything else, for user info, and for secrets in the query.
 */
export function readEndpoint(text: unknown, name: string, secrets: LiveSecrets, plainHttp?: PlainHttp): URL {
  if (typeof text !== "string" || !URL.canParse(text.trim())) throw new ConfigurationError(`${name} is not a URL`, { hint: "Write it whole, as in https://api.example.com/graphql." });
  const url = new URL(text.trim());
  if (url.username !== "" || url.password !== "") throw new ConfigurationError(`${name} holds a user name or a password`, { hint: "Give credentials by their own options." });
  for (const [parameter, value] of url.searchParams) {
    if (secretName.test(parameter) || secrets.touches(parameter) || secrets.touches(value)) {
      throw new ConfigurationError(`${name} holds a secret in its query`, { hint: "Give credentials by their own options." });
    }
  }
  if (url.protocol === "http:" && !loopback.has(url.hostname) && plainHttp?.allowed !== true) {
    const hint = plainHttp?.hint;
    throw new ConfigurationError(`${name} must be https: credentials are not sent over plain http, except to this machine`, { hint });
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw new ConfigurationError(`${name} must be an https URL`);
  url.hash = "";
  return url;
}
