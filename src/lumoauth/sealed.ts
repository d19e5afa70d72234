import { Secret } from "../core/secret.ts";
import { isRecord } from "../core/transport/json.ts";
import { shortestSecret, type Gateway } from "./gateway.ts";

/** No documented answer is nested deeper than four; what is, is left out instead of looked through without an end. */
const deepest = 16;

/** What answers about OAuth clients call a secret. The first is documented; the others are those of their other spellings. */
export const clientSecrets: ReadonlySet<string> = new Set(["secret", "clientSecret", "client_secret"]);
export const registrationSecrets: ReadonlySet<string> = new Set(["client_secret", "registration_access_token"]);

/**
 * The object with each secret wrapped, at whatever depth it stands, and hidden where the server quotes it in a text. A
 * secret that is null or empty is left out: there is none.
 */
export function sealed(data: Record<string, unknown>, names: ReadonlySet<string>, gateway: Gateway): Record<string, unknown> {
  const found = secretsIn(data, names);
  for (const secret of found) gateway.hide(secret);
  const seal = (value: unknown, isSecret: boolean, depth: number): unknown => {
    if (typeof value === "string") return isSecret ? new Secret(value) : found.length > 0 ? gateway.clean(value) : value;
    if (depth > deepest) return null;
    if (Array.isArray(value)) return value.map((item: unknown) => seal(item, isSecret, depth + 1));
    return isRecord(value) ? sealOne(value, isSecret, depth + 1) : value;
  };
  const sealOne = (record: Record<string, unknown>, isSecret: boolean, depth: number): Record<string, unknown> => {
    const members = Object.entries(record).filter(([name, value]) => !names.has(name) || (value !== null && value !== ""));
    return Object.fromEntries(members.map(([name, value]) => [name, seal(value, isSecret || names.has(name), depth)]));
  };
  return sealOne(data, false, 0);
}

/** The texts under these names, as far as they are long enough to be looked for elsewhere. */
function secretsIn(value: unknown, names: ReadonlySet<string>, isSecret = false, depth = 0): string[] {
  if (typeof value === "string") return isSecret && value.length >= shortestSecret ? [value] : [];
  if (depth > deepest || typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]: [string, unknown]) => secretsIn(item, names, isSecret || names.has(name), depth + 1));
}
