import { parseJson } from "./json.ts";

/** A request whose body has been read. */
export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** The body as it came; empty if there was none. */
  readonly text: string;
}

/** Reads a request's body: in every case, so that a real connection is never left with an unread request. */
export async function receive(request: Request): Promise<Received> {
  const { method, url, headers } = request;
  return { method, url: new URL(url), headers, text: await request.text() };
}

/** What the body says: JSON as its value, a form as an object of its texts, anything else as text; `undefined` if it is empty. */
export function bodyOf({ headers, text }: Received): unknown {
  if (text === "") return undefined;
  if (isForm(headers)) return Object.fromEntries(new URLSearchParams(text));
  return isJson(headers) ? (parseJson(text) ?? text) : text;
}

/** Whether the content type is JSON of any kind. */
export function isJson(headers: Headers): boolean {
  return /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(headers.get("content-type") ?? "");
}

/** Whether the content type is that of an HTML form, as OAuth uses it. */
export function isForm(headers: Headers): boolean {
  return /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(headers.get("content-type") ?? "");
}
