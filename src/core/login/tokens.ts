import { ResponseFormatError } from "../../errors/index.ts";
import { isCredentialText } from "../credentials/text.ts";
import type { StoredSession } from "../session/store.ts";
import { isRecord, parseJson } from "../transport/json.ts";

/** What a token endpoint answers, as far as it is used. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in?: number | undefined;
  readonly refresh_token?: string | undefined;
}

/** How long before its end a token is taken for over, in milliseconds: it has to last until the server has read it. */
const leeway = 60_000;
/** Farther into the future no date can be written. */
const longest = 100 * 365 * 86_400_000;

/**
 * @param begun - the clock before the request, in milliseconds since 1970: the lifetime is counted from there.
 * @param refreshToken - the one that was used, which stays good where the server gives no new one.
 */
export function sessionOf(answer: TokenAnswer, begun: number, refreshToken?: string): StoredSession {
  const token = answer.access_token;
  const next = answer.refresh_token ?? refreshToken;
  if (answer.token_type.toLowerCase() !== "bearer") throw unusable("access token is not one of the type Bearer");
  if (!isCredentialText(token)) throw unusable("access token holds what no header can carry, or is longer than 4096 characters");
  if (next !== undefined && !isCredentialText(next)) throw unusable("refresh token holds what cannot be kept, or is longer than 4096 characters");
  const lifetime = lifetimeOf(answer, begun);
  return {
    token,
    obtainedAt: new Date(begun).toISOString(),
    ...(lifetime === undefined ? {} : { expiresAt: new Date(begun + lifetime - Math.min(leeway, lifetime / 2)).toISOString() }),
    ...(next === undefined ? {} : { refreshToken: next }),
  };
}

/** In milliseconds; undefined where the server does not say. Whatever it says, its 401 has the last word. */
function lifetimeOf({ expires_in: seconds, access_token: token }: TokenAnswer, begun: number): number | undefined {
  const told = seconds ?? lifetimeInside(token, begun / 1000);
  return told === undefined || !(told > 0) ? undefined : Math.min(told * 1000, longest);
}

/** In seconds, from the claims of a token that happens to be a JSON Web Token: by the server's clock alone, where it can be. */
function lifetimeInside(token: string, now: number): number | undefined {
  const payload = token.split(".")[1];
  if (payload === undefined || !/^[\w-]+$/.test(payload)) return undefined;
  const claims = parseJson(textOf(payload));
  if (!isRecord(claims)) return undefined;
  const { exp, iat } = claims;
  return typeof exp === "number" ? exp - (typeof iat === "number" ? iat : now) : undefined;
}

function textOf(base64Url: string): string {
  try {
    return atob(base64Url.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return "";
  }
}

function unusable(why: string): ResponseFormatError {
  return new ResponseFormatError(`the authorization server's ${why}`, "application/json", 0);
}
