import { ConfigurationError } from "../errors/index.ts";
import { readEndpoint } from "../core/endpoint.ts";
import type { Environment } from "../core/environment.ts";
import type { LiveSecrets } from "../core/live-secrets.ts";
import { own } from "../core/options.ts";
import type { CloudTowerOptions } from "./options.ts";

/** The roots of both APIs. */
export interface Roots {
  readonly rest: URL;
  readonly graphql: URL;
}

/** @throws {@link ConfigurationError} naming the option or the variable. */
export function readRoots(options: CloudTowerOptions, env: Environment, secrets: LiveSecrets): Roots {
  const option = own(options, "endpoint");
  const name = option === undefined ? "CLOUDTOWER_ENDPOINT" : "endpoint";
  const given: unknown = option === undefined ? env("CLOUDTOWER_ENDPOINT") : option;
  if (given === undefined) {
    throw new ConfigurationError("there is no address of a CloudTower", { hint: "Set CLOUDTOWER_ENDPOINT, or give endpoint, such as https://tower.example.com." });
  }
  const hint = "CloudTower answers https too, whatever its documentation prints; or, on a network that you trust, say allowHttp: true.";
  const { origin, pathname } = readEndpoint(wholeAddress(given), name, secrets, { allowed: own(options, "allowHttp") === true, hint });
  // Text, not `new URL(path, origin)`: two slashes at the beginning would name another host.
  const prefix = origin + pathname.replace(/\/+/g, "/").replace(/\/$/, "").replace(/\/(v2\/)?api$/i, "");
  return { rest: new URL(`${prefix}/v2/api/`), graphql: new URL(prefix + readGraphqlPath(own(options, "graphqlPath"))) };
}

/** With the scheme, where people leave it out. */
function wholeAddress(given: unknown): unknown {
  if (typeof given !== "string") return given;
  const text = given.trim();
  if (text === "" || /^https?:|^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  // An IPv6 address without its brackets has two colons at least.
  return `https://${text.replace(/^[\da-f]*:[\da-f]*:[\da-f:.]*(?=\/|$)/i, "[$&]")}`;
}

function readGraphqlPath(path: unknown = "/api/"): string {
  if (typeof path === "string" && /^(?:\/[\w.-]+)+\/?$/.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path)) return path;
  throw new ConfigurationError("graphqlPath must be a path that begins with a slash, such as /api");
}
