import { AmbiguousMutationError, ResponseFormatError, type TransportPhase } from "../errors/index.ts";
import type { CallPlan } from "../core/connection.ts";
import type { RequestOptions } from "../core/options.ts";
import { Secret } from "../core/secret.ts";
import { isRecord } from "../core/transport/json.ts";
import { keyPrefix } from "./dialect.ts";
import { needUser, type Gateway } from "./gateway.ts";
import { CreateServiceAccountKeyDocument, type CreateServiceAccountKeyMutation } from "./generated/operations.ts";
import { numericId } from "./ids.ts";
import type { LostKey } from "./recover.ts";
import type { CreatedServiceAccountKey, ID } from "./types.ts";
import { Checks } from "../core/checks.ts";

/** What a new key is given. */
export interface CreateKeyInput {
  /** 1 to 255 characters (the limit is documented for accounts, and inferred for keys). Sent as it is. */
  name?: string;
  /** Must lie in the future. Without it the key does not expire. */
  expiresAt?: Date | string;
}

/**
 * See `ServiceAccountKeys.create`.
 *
 * @param known - the ids of the keys that were there before, where a list is at hand; none of them can be the lost one.
 */
export async function createKey(
  gateway: Gateway,
  serviceAccountId: ID,
  input: CreateKeyInput,
  options: RequestOptions | undefined,
  known?: ReadonlySet<string>,
): Promise<CreatedServiceAccountKey> {
  needUser(gateway, "CreateServiceAccountKey");
  const checks = new Checks("serviceAccounts.keys.create");
  checks.id(serviceAccountId, "serviceAccountId");
  const { name, expiresAt } = checks.object(input, "input");
  if (name !== undefined) checks.name(name, "name");
  const expiry = expiresAt === undefined ? undefined : checks.future(expiresAt, "expiresAt");
  checks.done();
  const ambiguous = lostAnswer(gateway, { serviceAccountId, name: name ?? null, startedAt: Date.now(), known });
  // The secret is shown once: errors beside it are no reason to lose it.
  const accepts: CallPlan["accepts"] = ({ createServiceAccountKey: key }) => isRecord(key) && typeof key["secret"] === "string";
  const read = ({ createServiceAccountKey: key }: CreateServiceAccountKeyMutation): CreatedServiceAccountKey => {
    if (!isRecord(key)) throw ambiguous("it lacks the key", "body");
    return createdKey(gateway, key, serviceAccountId);
  };
  return gateway.call(CreateServiceAccountKeyDocument, { input: { serviceAccountId, name, expiresAt: expiry } }, options, read, { ambiguous, accepts });
}

function lostAnswer(gateway: Gateway, lost: LostKey) {
  return (why: string, phase: TransportPhase): AmbiguousMutationError =>
    new AmbiguousMutationError(
      `the answer to the creation of a key was lost (${why}), so a key may exist whose secret nobody knows`,
      phase,
      async () => (await import("./recover.ts")).recoverKey(gateway, lost),
      { hint: "Call recover() on this error to find and revoke the lost key, then create again." },
    );
}

function createdKey(
  gateway: Gateway,
  fields: CreateServiceAccountKeyMutation["createServiceAccountKey"],
  serviceAccountId: ID,
): CreatedServiceAccountKey {
  const { id, name, secret, expiresAt, createdAt } = fields;
  if (typeof secret !== "string" || secret === "") {
    throw new ResponseFormatError("the answer to the creation of a key lacks the secret", "application/json", 0, {
      hint: `Revoke the key ${id}, whose secret nobody knows, and create another.`,
    });
  }
  gateway.hide(secret);
  gateway.handedOut.add(id);
  const key = {
    id,
    name: name ?? null,
    createdAt,
    expiresAt: expiresAt ?? null,
    lastUsedAt: null,
    revokedAt: null,
    secret: new Secret(secret),
  };
  const apiKey = completeKey(secret, serviceAccountId);
  if (apiKey !== undefined) return { ...key, apiKey: new Secret(apiKey) };
  return {
    ...key,
    get apiKey(): Secret {
      throw new ResponseFormatError(
        "the server returned a bare secret, and the service account's id holds no number to complete it with",
        undefined,
        0,
        { hint: `The secret is safe in key.secret; the complete key is ${keyPrefix}{service account number}_{secret}.` },
      );
    },
  };
}

/** The documented form of a key: the secret as it came if it is complete, else made complete with the numeric id. */
function completeKey(secret: string, serviceAccountId: ID): string | undefined {
  if (secret.startsWith(keyPrefix)) return secret;
  const number = numericId("ServiceAccount", serviceAccountId);
  return number === undefined ? undefined : `${keyPrefix}${number}_${secret}`;
}
