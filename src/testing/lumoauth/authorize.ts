import type { Answer } from "../shared/answer.ts";
import { randomUrlSafe } from "../shared/random.ts";
import { required, type Call } from "./call.ts";
import { clientById } from "./clients.ts";
import { mayLogIn, noteLogin, personOf, requestedScopes, requireGrantType, tokenAnswer } from "./oauth-client.ts";
import type { Settings } from "./options.ts";
import type { ClientRecord, CodeRecord } from "./records.ts";
import { isRegistered } from "./redirect-uris.ts";
import { badRequest, Refusal } from "./refusal.ts";

const codeLifetime = 600_000;

/**
 * The authorization endpoint. Nobody is asked: the oldest user agrees at once, and the browser goes on to the redirect URI. An
 * unknown client or redirect URI is refused on the spot, because nobody may be sent there.
 */
export function authorize({ request, tenant }: Call, { now }: Settings): Answer {
  const query = request.url.searchParams;
  const client = clientById(tenant, required(query, "client_id"));
  if (client?.isActive !== true) throw new Refusal(401, "invalid_client", "Unknown client");
  const redirectUri = required(query, "redirect_uri");
  if (!isRegistered(redirectUri, client.redirectUris)) throw new Refusal(400, "invalid_redirect_uri", "The redirect URI is not registered");
  const result = new URL(redirectUri);
  try {
    const code = randomUrlSafe(32);
    tenant.codes.set(code, { ...readGrant(query, client), user: approver(tenant), redirectUri, expiresAt: now() + codeLifetime });
    result.searchParams.set("code", code);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    result.searchParams.set("error", error.code);
    result.searchParams.set("error_description", error.message);
  }
  const state = query.get("state");
  if (state !== null) result.searchParams.set("state", state);
  return { status: 302, body: "", headers: { location: result.href } };
}

/** Gives the tokens for an authorization code, which is dead from then on. */
export async function redeemCode({ tenant }: Call, form: URLSearchParams, client: ClientRecord, { now }: Settings): Promise<Answer> {
  const text = required(form, "code");
  const code = tenant.codes.get(text);
  const isGood = code?.client === client && now() < code.expiresAt && code.redirectUri === form.get("redirect_uri") && mayLogIn(code.user);
  if (!isGood || !(await isVerified(code, form.get("code_verifier")))) {
    throw new Refusal(400, "invalid_grant", "The authorization code is invalid or expired");
  }
  // Only the first of two that come at the same time.
  if (!tenant.codes.delete(text)) throw new Refusal(400, "invalid_grant", "The authorization code was used before");
  noteLogin(code, now());
  return tokenAnswer(tenant, code);
}

function readGrant(query: URLSearchParams, client: ClientRecord): Pick<CodeRecord, "client" | "scopes" | "challenge" | "method"> {
  if (required(query, "response_type") !== "code") throw new Refusal(400, "unsupported_response_type", "Only the response type code is supported");
  requireGrantType(client, "authorization_code");
  const challenge = query.get("code_challenge") ?? undefined;
  // Documented: without a method the challenge is the verifier itself.
  const method = query.get("code_challenge_method") ?? "plain";
  if (method !== "S256" && method !== "plain") throw badRequest("The code challenge method is not supported.");
  if (challenge === undefined && (client.requiresPkce || !client.isConfidential)) throw badRequest("A code challenge is required.");
  return { client, scopes: requestedScopes(query, client.scopes), challenge, method };
}

function approver(tenant: Call["tenant"]): CodeRecord["user"] {
  const user = personOf(tenant);
  if (user === undefined) throw new Refusal(403, "access_denied", "Nobody may log in");
  return user;
}

async function isVerified({ challenge, method }: CodeRecord, verifier: string | null): Promise<boolean> {
  if (challenge === undefined) return true;
  if (verifier === null || !/^[\w.~-]{43,128}$/.test(verifier)) return false;
  return challenge === (method === "S256" ? await sha256(verifier) : verifier);
}

async function sha256(text: string): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const base64 = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
