import { isRecord, parseJson } from "../shared/json.ts";
import { isForm, isJson, type Received } from "../shared/received.ts";

/** The parameters of an OAuth request: each at most once, none of them empty. */
export type Parameters = ReadonlyMap<string, string>;

/** The parameters of a query or a form, or `undefined` if one comes twice. */
export function readQuery(search: URLSearchParams): Parameters | undefined {
  const names = [...search.keys()];
  if (new Set(names).size < names.length) return undefined;
  // RFC 6749, 3.1: a parameter without a value counts as left out.
  return new Map([...search].filter(([, value]) => value !== ""));
}

/** The parameters in the body, which is a form by the standard and JSON with this vendor; `undefined` if it is neither. */
export function readBody({ headers, text }: Received): Parameters | undefined {
  if (isForm(headers)) return readQuery(new URLSearchParams(text));
  const body = isJson(headers) ? parseJson(text) : undefined;
  if (!isRecord(body)) return undefined;
  return new Map(Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== ""));
}
