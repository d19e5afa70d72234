import { ConfigurationError } from "../errors/index.ts";
import { readEndpoint } from "../core/endpoint.ts";
import type { LiveSecrets } from "../core/live-secrets.ts";

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?\/?$/i;

/**
 * The root of a host that is written bare, as `host` or `host:port`. It is spoken to over https; over plain http where it is
 * this machine, as that is where fakes are. With a scheme it is taken too.
 *
 * @throws {@link ConfigurationError} naming the option or variable.
 */
export function readHost(given: unknown, name: string, secrets: LiveSecrets): URL {
  const text = typeof given === "string" ? given.trim() : "";
  const whole = text.includes("://") ? text : `${loopback.test(text) ? "http" : "https"}://${text}`;
  const refuse = (): never => {
    throw new ConfigurationError(`${name} must be a host, or a host and a port`, { hint: "Write it bare, as in apis.example.com." });
  };
  if (text === "" || !URL.canParse(whole)) return refuse();
  const url = readEndpoint(whole, name, secrets);
  if (url.pathname !== "/" || url.search !== "") return refuse();
  return url;
}
