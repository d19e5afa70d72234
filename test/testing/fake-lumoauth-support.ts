import { createFakeLumoAuth, type FakeLumoAuth, type FakeLumoAuthOptions } from "keylight/testing";
import { canary } from "../oracle/oracle.ts";

/** An instant that every fake of these tests starts at. */
export const start = Date.parse("2024-05-06T07:08:09.000Z");
export const minute = 60 * 1000;
export const day = 24 * 60 * minute;
export const host = "https://app.lumoauth.dev";

/** A fake with a clock that the test moves. */
export function createClockedFake(options: FakeLumoAuthOptions = {}) {
  const clock = { time: start };
  const fake = createFakeLumoAuth({ now: () => clock.time, ...options });
  canary(fake.apiKey);
  return { fake, clock };
}

export interface Result {
  readonly status: number;
  // Tests read answers of any shape; a wrong path shows up as a failed expectation.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
  readonly headers: Headers;
}

export async function resultOf(response: Response): Promise<Result> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}

export const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
export const xApiKey = (text: string) => ({ "x-api-key": text });

/** Calls any path of the host; a `body` goes as JSON, or as a form if it is URLSearchParams. */
export async function send(fake: FakeLumoAuth, what: string, headers: HeadersInit = {}, body?: unknown): Promise<Result> {
  const [method = "", path = ""] = what.split(" ");
  const init = { method, headers: new Headers(headers), redirect: "manual" as const };
  if (body === undefined) return resultOf(await fake.handle(new Request(host + path, init)));
  if (body instanceof URLSearchParams) return resultOf(await fake.handle(new Request(host + path, { ...init, body })));
  init.headers.set("content-type", "application/json");
  return resultOf(await fake.handle(new Request(host + path, { ...init, body: JSON.stringify(body) })));
}

/** Calls a path below the prefix of the fake's tenant, with its first key. */
export async function call(fake: FakeLumoAuth, what: string, body?: unknown): Promise<Result> {
  return send(fake, below(fake, what), bearer(fake.apiKey), body);
}

/** Sends a form to an OAuth endpoint. */
export async function form(fake: FakeLumoAuth, path: string, parameters: Record<string, string>, headers: HeadersInit = {}): Promise<Result> {
  return send(fake, below(fake, `POST /oauth/${path}`), headers, new URLSearchParams(parameters));
}

export function below(fake: FakeLumoAuth, what: string): string {
  return what.replace(" ", ` ${fake.tenant.pathPrefix}`);
}

/** The status that a credential gets. */
export async function statusOf(fake: FakeLumoAuth, headers: HeadersInit): Promise<number> {
  return (await send(fake, below(fake, "GET /admin/users"), headers)).status;
}

/** A refusal as the errors page shows it. */
export function refusal(status: number, code: string, message: string, details?: object) {
  return details === undefined ? { error: true, message, status, code } : { error: true, message, status, code, details };
}

export const unauthorized = refusal(401, "invalid_token", "Invalid or expired access token");

/** Creates a client by the admin API, and remembers its secret as one that must not leak. */
export async function createClient(fake: FakeLumoAuth, input: object = {}): Promise<Result["body"]> {
  const { body } = await call(fake, "POST /admin/clients", { name: "Backend", redirectUris: ["https://a.example/cb"], ...input });
  if (body.data.secret !== undefined) canary(body.data.secret);
  return body.data;
}

/** Uses a refresh token of the fake's first client. */
export async function refresh(fake: FakeLumoAuth, refresh_token: string, more: Record<string, string> = {}): Promise<Result> {
  const result = await form(fake, "token", { grant_type: "refresh_token", refresh_token, client_id: fake.clientId, ...more });
  for (const secret of [result.body.access_token, result.body.refresh_token]) if (secret !== undefined) canary(secret);
  return result;
}
