import { KeylightError, NotFoundError } from "../errors/index.ts";
import type { RequestOptions } from "../core/options.ts";
import { isRecord } from "../core/transport/json.ts";
import { createKey } from "./create-key.ts";
import { needUser, type Gateway } from "./gateway.ts";
import { GetAccountDocument, GetServiceAccountDocument } from "./generated/operations.ts";
import { globalId } from "./ids.ts";
import { promised, promisedList } from "../core/promised.ts";
import { noServiceAccount } from "./read.ts";
import { revokeKey } from "./revoke-key.ts";
import type { CreatedServiceAccountKey, ID } from "./types.ts";
import { Checks } from "../core/checks.ts";

/** How a key is replaced, and where the new one goes. */
export interface RotateOptions extends RequestOptions {
  serviceAccountId: ID;
  /** @defaultValue the old key's name */
  name?: string;
  /** Must lie in the future. Without it the new key does not expire. */
  expiresAt?: Date | string;
  /** Puts the new key where it is used from; awaited before the old key is revoked. */
  store: (key: CreatedServiceAccountKey) => void | Promise<void>;
  /**
   * Whether to make one authenticated call with the new key before it is stored.
   * @defaultValue true
   */
  verify?: boolean;
}

/** What a rotation leaves. */
export interface RotationResult {
  readonly key: CreatedServiceAccountKey;
  /** `false` or `"unknown"`: the new key is stored and works; revoke the old one by hand. */
  readonly oldKeyRevoked: true | false | "unknown";
}

/** Create, verify, store, revoke the old one: see `ServiceAccountKeys.rotate`. */
export async function rotateKey(gateway: Gateway, id: ID, options: RotateOptions): Promise<RotationResult> {
  needUser(gateway, "RotateServiceAccountKey");
  const checked = checkOptions(id, options);
  const { store, verify, call } = checked;
  const { accountId, name, known } = await oldKey(gateway, id, checked.serviceAccountId, call);
  const newName = checked.name ?? name;
  const key = await createKey(
    gateway,
    checked.serviceAccountId,
    { ...(newName === null ? {} : { name: newName }), ...(checked.expiresAt === undefined ? {} : { expiresAt: checked.expiresAt }) },
    call,
    known,
  );
  try {
    if (verify) await prove(gateway, key, accountId, call);
    await store(key);
  } catch (error) {
    throw await withdraw(gateway, key, error);
  }
  return { key, oldKeyRevoked: await revokeOld(gateway, id, call) };
}

function checkOptions(id: ID, options: RotateOptions): Omit<RotateOptions, keyof RequestOptions> & { verify: boolean; call: RequestOptions } {
  const checks = new Checks("serviceAccounts.keys.rotate");
  checks.id(id, "id");
  // A second run of the creation would make a second key: that is never harmless here.
  const { serviceAccountId, name, expiresAt, store, verify = true, idempotent, ...call } = options ?? {};
  checks.object(options, "options");
  checks.id(serviceAccountId, "serviceAccountId");
  if (name !== undefined) checks.name(name, "name");
  if (expiresAt !== undefined) checks.future(expiresAt, "expiresAt");
  if (typeof store !== "function") checks.fail("store", "must be a function that puts the new key where it is used from");
  checks.flag(verify, "verify");
  checks.done();
  return {
    serviceAccountId,
    store,
    verify,
    call,
    ...(name === undefined ? {} : { name }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

interface OldKey {
  readonly accountId: string;
  readonly name: string | null;
  /** The ids of all keys that were there. */
  readonly known: ReadonlySet<string>;
}

/** The old key's name and its account. Refuses a key that is not there, or no key any more, before anything is made. */
function oldKey(gateway: Gateway, id: ID, serviceAccountId: ID, call: RequestOptions): Promise<OldKey> {
  const wanted = globalId("ServiceAccountKey", id);
  return gateway.call(GetServiceAccountDocument, { serviceAccountId }, call, ({ serviceAccount }) => {
    if (!isRecord(serviceAccount)) throw noServiceAccount();
    const keys = promisedList(serviceAccount.keys, "serviceAccount.keys");
    const key = keys.find((one) => one.id === wanted);
    if (key === undefined) throw new NotFoundError("ServiceAccountKey not found", { hint: "List the keys of this service account to find the id." });
    if (key.revokedAt !== null) {
      const checks = new Checks("serviceAccounts.keys.rotate");
      checks.fail("id", "is a key that is revoked already: an earlier rotation may have finished; create a new key instead");
      checks.done();
    }
    return { accountId: promised(serviceAccount.account, "serviceAccount.account").id, name: key.name, known: new Set(keys.map((one) => one.id)) };
  });
}

/** The documented call that a service account's key may make: its own account. That it comes back at all is the proof. */
async function prove(gateway: Gateway, key: CreatedServiceAccountKey, accountId: string, call: RequestOptions): Promise<void> {
  const { gateway: asServiceAccount, done } = gateway.withApiKey(key.apiKey.reveal());
  try {
    await asServiceAccount.call(GetAccountDocument, { accountId }, call, () => undefined);
  } finally {
    done();
  }
}

/** Revokes the new key after a failure, without the caller's signal, which may be what failed. Gives what to throw. */
async function withdraw(gateway: Gateway, key: CreatedServiceAccountKey, failure: unknown): Promise<unknown> {
  try {
    await revokeKey(gateway, key.id);
    return failure;
  } catch (second) {
    const advice = `The new key ${key.id} could not be revoked again: revoke it by hand. The old key is untouched.`;
    if (!(failure instanceof KeylightError)) return new AggregateError([failure, second], advice);
    return Object.defineProperty(failure, "hint", { value: advice, enumerable: true, configurable: true });
  }
}

async function revokeOld(gateway: Gateway, id: ID, call: RequestOptions): Promise<true | false | "unknown"> {
  try {
    await revokeKey(gateway, id, call);
    return true;
  } catch (error) {
    return error instanceof KeylightError && !error.mayHaveExecuted ? false : "unknown";
  }
}
