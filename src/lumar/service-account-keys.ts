import type { RequestOptions } from "../core/options.ts";
import { isRecord } from "../core/transport/json.ts";
import type { AuditOptions, KeyFinding } from "./audit.ts";
import { createKey, type CreateKeyInput } from "./create-key.ts";
import type { Gateway } from "./gateway.ts";
import { ListServiceAccountKeysDocument } from "./generated/operations.ts";
import { promisedList } from "../core/promised.ts";
import { noServiceAccount, toKey, toUser } from "./read.ts";
import { revokeKey } from "./revoke-key.ts";
import type { RotateOptions, RotationResult } from "./rotate.ts";
import type { CreatedServiceAccountKey, ID, ServiceAccountKey } from "./types.ts";
import { Checks } from "../core/checks.ts";

/**
 * The keys of service accounts. Managing them needs a user with the Admin role on the account.
 *
 * @see https://api-docs.lumar.io/docs/graphql/service-accounts
 */
export class ServiceAccountKeys {
  readonly #gateway: Gateway;

  /** @internal */
  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /**
   * Makes a key. This is the only time that its secret is shown.
   *
   * @throws {@link ValidationError} before anything is sent, when the input is wrong.
   * @throws {@link NotFoundError} when the service account does not exist.
   * @throws {@link AmbiguousMutationError} when the answer was lost, also by an abort: a key may exist whose secret
   * nobody knows. Its `recover()` finds and revokes it.
   */
  create(serviceAccountId: ID, input: CreateKeyInput = {}, options?: RequestOptions): Promise<CreatedServiceAccountKey> {
    return createKey(this.#gateway, serviceAccountId, input, options);
  }

  /** The keys of a service account, revoked and expired ones too. @throws {@link NotFoundError} */
  async list(serviceAccountId: ID, options?: RequestOptions): Promise<ServiceAccountKey[]> {
    const checks = new Checks("serviceAccounts.keys.list");
    checks.id(serviceAccountId, "serviceAccountId");
    checks.done();
    return this.#gateway.call(ListServiceAccountKeysDocument, { serviceAccountId }, options, ({ serviceAccount }) => {
      if (!isRecord(serviceAccount)) throw noServiceAccount();
      return promisedList(serviceAccount.keys, "serviceAccount.keys").map((fields) => ({
        ...toKey(fields),
        createdByUser: isRecord(fields.createdByUser) ? toUser(fields.createdByUser) : null,
      }));
    });
  }

  /** Ends a key for good. Revoking a revoked key succeeds. @throws {@link NotFoundError} */
  revoke(id: ID, options?: RequestOptions): Promise<{ id: string; revokedAt: string }> {
    return revokeKey(this.#gateway, id, options);
  }

  /**
   * Replaces a key: creates a new one, proves it with one authenticated call, gives it to `store`, and only then
   * revokes the old one. When the proof or `store` fails, the new key is revoked and the old one stays.
   *
   * @throws what the failing step threw; nothing is lost then.
   * @throws {@link NotFoundError} when the service account has no such key; {@link ValidationError} when it is revoked already.
   */
  async rotate(id: ID, options: RotateOptions): Promise<RotationResult> {
    const now = asNow(options);
    const { rotateKey } = await import("./rotate.ts");
    return rotateKey(this.#gateway, id, now);
  }

  /** The unrevoked keys of an account that want attention, and why. @throws {@link NotFoundError} for an unknown account. */
  async audit(accountId: ID, options?: AuditOptions): Promise<KeyFinding[]> {
    const now = asNow(options);
    const { auditKeys } = await import("./audit.ts");
    return auditKeys(this.#gateway, accountId, now);
  }
}

/** Options as they are at the call: what is loaded for it, when it is first made, must not see later changes. */
function asNow<T>(options: T): T {
  return isRecord(options) ? { ...options } : options;
}
