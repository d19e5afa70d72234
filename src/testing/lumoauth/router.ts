import { areaOf, type Area } from "./answers.ts";
import type { Route } from "./call.ts";
import type { Settings } from "./options.ts";

/** Where in the API a URL points. */
export interface Located {
  readonly area: Area;
  /** The path below the prefix; empty where the prefix is another one. */
  readonly path: string;
  /** The prefix, with whatever path the base URL has. */
  readonly prefix: string;
  /** The segment that names the tenant; undefined where the prefix is another one. */
  readonly tenant: string | undefined;
}

/** The path that the base URL of these settings has, without a slash at its end. */
export function basePathOf({ baseUrl }: Settings): string {
  return new URL(baseUrl).pathname.replace(/\/+$/, "");
}

/** Takes a URL apart. */
export function locate({ pathname }: URL, settings: Settings): Located {
  const basePath = basePathOf(settings);
  const below = pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : "";
  const [, prefix, root, segment, path = ""] = /^(\/(\w+)\/([^/]+)\/api\/v1)(\/.*)?$/.exec(below) ?? [];
  const tenant = segment === undefined ? undefined : decoded(segment);
  if (prefix === undefined || root !== settings.prefix) return { area: "admin", path: "", prefix: "", tenant: undefined };
  return { area: areaOf(path), path, prefix: `${basePath}${prefix}`, tenant };
}

interface Search {
  /** The route and what stands for its placeholders; empty if there is none. */
  readonly found: readonly [Route?, ...string[]];
  /** The methods that the path knows. */
  readonly allowed: readonly string[];
}

/** Looks for the route of a request. */
export function findRoute(routes: readonly Route[], method: string, path: string): Search {
  const allowed: string[] = [];
  for (const route of routes) {
    const values = match(route.path, path);
    if (values === undefined) continue;
    if (route.methods.includes(method)) return { found: [route, ...values], allowed: route.methods };
    allowed.push(...route.methods);
  }
  return { found: [], allowed };
}

function match(pattern: string, path: string): string[] | undefined {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const values: string[] = [];
  for (const [index, segment] of given.entries()) {
    const part = wanted[index] ?? "";
    if (part.startsWith("{")) {
      const value = decoded(segment);
      if (value === undefined || value === "") return undefined;
      values.push(value);
    } else if (part !== segment) return undefined;
  }
  return values;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
