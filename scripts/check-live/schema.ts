import { readFile } from "node:fs/promises";
import { buildClientSchema, buildSchema, GraphQLError, type GraphQLSchema, type IntrospectionQuery } from "graphql";

/** The schema could not be had, so nothing was checked. */
export class UnusableSchemaError extends Error {}

const timeoutMs = 20_000;
const maxRedirects = 3;
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const reason = (error: unknown): string =>
  error instanceof Error ? [error.message, error.cause instanceof Error ? error.cause.message : ""].filter(Boolean).join(": ") : String(error);

/** Reads SDL or introspection JSON from a file, an https URL, or an http URL of this machine. */
export async function loadSchema(from: string): Promise<GraphQLSchema> {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(from) ? await download(new URL(from)) : await readText(from);
  try {
    return text.trimStart().startsWith("{") ? fromIntrospection(text) : buildSchema(text);
  } catch (error) {
    const line = error instanceof GraphQLError ? error.locations?.[0]?.line : undefined;
    const at = line === undefined ? from : `${from}:${line}`;
    throw new UnusableSchemaError(`${at} is neither SDL nor introspection JSON: ${reason(error)}`);
  }
}

function fromIntrospection(text: string): GraphQLSchema {
  const json = JSON.parse(text) as { data?: IntrospectionQuery } & Partial<IntrospectionQuery>;
  const introspection = json.data ?? json;
  if (introspection.__schema === undefined) throw new Error("it holds no __schema");
  return buildClientSchema({ __schema: introspection.__schema });
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UnusableSchemaError(`cannot read the schema: ${reason(error)}`);
  }
}

async function download(url: URL): Promise<string> {
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback.test(url.hostname))) {
    throw new UnusableSchemaError(`${url.href}: only https, or http on this machine`);
  }
  try {
    const response = await getWithinOrigin(url, AbortSignal.timeout(timeoutMs));
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.text();
  } catch (error) {
    throw new UnusableSchemaError(`cannot read the schema from ${url.href}: ${reason(error)}`);
  }
}

/** Follows redirects, but not to another origin. */
async function getWithinOrigin(url: URL, signal: AbortSignal): Promise<Response> {
  let at = url;
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const response = await fetch(at, { redirect: "manual", signal });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    at = new URL(location, at);
    if (at.origin !== url.origin) throw new Error(`it redirects to another origin, ${at.origin}`);
  }
  throw new Error(`more than ${maxRedirects} redirects`);
}
