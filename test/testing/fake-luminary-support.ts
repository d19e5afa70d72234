import { createHash, randomBytes } from "node:crypto";
import { createFakeLuminary, type FakeLuminary, type FakeLuminaryOptions } from "keylight/testing";
import { canary } from "../oracle/oracle.ts";

/** An instant that every fake of these tests starts at. */
export const start = Date.parse("2024-05-06T07:08:09.000Z");
export const minute = 60 * 1000;
export const day = 24 * 60 * minute;
export const api = "https://apis.luminarycloud.com";
export const login = "https://login.luminarycloud.example";
export const redirectUri = "http://127.0.0.1:10001/callback";

/** A fake with a clock that the test moves. */
export function createClockedFake(options: FakeLuminaryOptions = {}) {
  const clock = { time: start };
  const fake = createFakeLuminary({ now: () => clock.time, ...options });
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

async function resultOf(response: Response): Promise<Result> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}

/** Calls the API; a `body` goes as JSON. */
export async function rest(fake: FakeLuminary, what: string, headers: HeadersInit = {}, body?: unknown): Promise<Result> {
  const [method = "", path = ""] = what.split(" ");
  const all = new Headers(headers);
  if (body !== undefined) all.set("content-type", "application/json");
  const init = { method, headers: all, body: body === undefined ? null : JSON.stringify(body) };
  return resultOf(await fake.handle(new Request(`${api}/rest/v0${path}`, init)));
}

export const withKey = (key: string) => ({ "x-api-key": key });
export const withToken = (token: string) => ({ authorization: `Bearer ${token}` });

/** The status that a credential gets. */
export async function statusOf(fake: FakeLuminary, headers: HeadersInit): Promise<number> {
  return (await rest(fake, "GET /pipelines", headers)).status;
}

export function createPkce() {
  const verifier = canary(randomBytes(32).toString("base64url"));
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

/** The parameters of a right request to log in. */
export function authorization(fake: FakeLuminary, challenge: string): Record<string, string> {
  return {
    audience: fake.auth.audience,
    client_id: fake.auth.clientId,
    code_challenge: challenge,
    code_challenge_method: "S256",
    response_type: "code",
    scope: "openid profile email offline_access",
    state: "state-of-the-request",
    redirect_uri: redirectUri,
  };
}

/** Opens `/authorize`. A parameter that is undefined is left out. */
export async function authorize(fake: FakeLuminary, parameters: Record<string, string | undefined>): Promise<Result & { readonly location: URL | undefined }> {
  const url = new URL(`${login}/authorize`);
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  const result = await resultOf(await fake.handle(new Request(url)));
  const location = result.headers.get("location");
  return { ...result, location: location === null ? undefined : new URL(location) };
}

/** Calls `/oauth/token`, with JSON as the vendor's own program does, or with a form as the standard says. */
export async function token(fake: FakeLuminary, parameters: Record<string, unknown>, format: "json" | "form" = "json"): Promise<Result> {
  const all = { client_id: fake.auth.clientId, ...parameters };
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(all) };
  const form = { body: new URLSearchParams(JSON.parse(JSON.stringify(all))) };
  return resultOf(await fake.handle(new Request(`${login}/oauth/token`, { method: "POST", ...(format === "json" ? json : form) })));
}

/** A code and everything that belongs to it. */
export async function getCode(fake: FakeLuminary, parameters: Record<string, string | undefined> = {}) {
  const { verifier, challenge } = createPkce();
  const { location } = await authorize(fake, { ...authorization(fake, challenge), ...parameters });
  const code = canary(location?.searchParams.get("code") ?? "there came no code");
  return { grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: redirectUri, audience: fake.auth.audience };
}

/** The tokens of a whole login. */
export async function logIn(fake: FakeLuminary, parameters: Record<string, string | undefined> = {}) {
  const { body } = await token(fake, await getCode(fake, parameters));
  return { accessToken: String(body.access_token), refreshToken: String(body.refresh_token), body };
}

export const refresh = (fake: FakeLuminary, refreshToken: string, format: "json" | "form" = "json") =>
  token(fake, { grant_type: "refresh_token", refresh_token: refreshToken }, format);

export function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
}
