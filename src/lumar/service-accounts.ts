import type { RequestOptions } from "../core/options.ts";
import { isRecord } from "../core/transport/json.ts";
import { needUser, type Gateway } from "./gateway.ts";
import {
  CreateServiceAccountDocument,
  DeleteServiceAccountDocument,
  GetServiceAccountDocument,
  ListServiceAccountsDocument,
  UpdateServiceAccountDocument,
} from "./generated/operations.ts";
import { globalId } from "./ids.ts";
import { promised, promisedList } from "../core/promised.ts";
import { isAccount, noAccount, noServiceAccount, toAccount, toKey, toServiceAccount, toUser } from "./read.ts";
import { ServiceAccountKeys } from "./service-account-keys.ts";
import type { ID, RoleCode, ServiceAccount, ServiceAccountDetails, ServiceAccountWithKeys } from "./types.ts";
import { Checks } from "../core/checks.ts";

const roleCodes: readonly RoleCode[] = ["Admin", "Editor", "Viewer"];

/** What a new service account is given. */
export interface CreateServiceAccountInput {
  accountId: ID;
  /** 1 to 255 characters. */
  name: string;
  roleCode: RoleCode;
  description?: string;
}

/** What is left out stays as it is. */
export interface ServiceAccountChanges {
  /** 1 to 255 characters. */
  name?: string;
  /** Null clears it (inferred: the documentation says "update or clear"). */
  description?: string | null;
  roleCode?: RoleCode;
  enabled?: boolean;
}

/**
 * Service accounts: identities for programs. Managing them needs a user with the Admin role on the account; a client
 * that acts as a service account may only read.
 *
 * Beside the errors named at each method, any of them may throw what a call may: `AuthenticationError`,
 * `PermissionError`, `RateLimitError`, `TransportError`, `ResponseFormatError`, `GraphQLRequestError`.
 *
 * @see https://api-docs.lumar.io/docs/graphql/service-accounts
 */
export class ServiceAccounts {
  readonly keys: ServiceAccountKeys;
  readonly #gateway: Gateway;

  /** @internal */
  constructor(gateway: Gateway) {
    this.#gateway = gateway;
    this.keys = new ServiceAccountKeys(gateway);
  }

  /** @throws {@link ValidationError} before anything is sent, when the input is wrong. */
  async create(input: CreateServiceAccountInput, options?: RequestOptions): Promise<ServiceAccount> {
    needUser(this.#gateway, "CreateServiceAccount");
    const checks = new Checks("serviceAccounts.create");
    const { accountId, name, roleCode, description } = { ...input };
    checks.object(input, "input");
    checks.id(accountId, "accountId");
    checks.name(name, "name");
    checks.oneOf(roleCode, roleCodes, "roleCode");
    if (description !== undefined) checks.text(description, "description");
    checks.done();
    return this.#gateway.call(
      CreateServiceAccountDocument,
      { input: { accountId, name, roleCode, description } },
      options,
      (data) => toServiceAccount(promised(promised(data.createServiceAccount, "createServiceAccount").serviceAccount, "serviceAccount")),
    );
  }

  /** The service accounts of an account, with their keys. @throws {@link NotFoundError} for an unknown account. */
  async list(accountId: ID, options?: RequestOptions): Promise<ServiceAccountWithKeys[]> {
    const checks = new Checks("serviceAccounts.list");
    checks.id(accountId, "accountId");
    checks.done();
    return this.#gateway.call(ListServiceAccountsDocument, { accountId: globalId("Account", accountId) }, options, ({ node }) => {
      if (!isAccount(node)) throw noAccount();
      return promisedList(node.serviceAccounts, "node.serviceAccounts").map((fields) => ({
        ...toServiceAccount(fields),
        keys: promisedList(fields.keys, "keys").map(toKey),
      }));
    });
  }

  /** @throws {@link NotFoundError} when it does not exist, or there is no access to it. */
  async get(id: ID, options?: RequestOptions): Promise<ServiceAccountDetails> {
    const checks = new Checks("serviceAccounts.get");
    checks.id(id, "id");
    checks.done();
    return this.#gateway.call(GetServiceAccountDocument, { serviceAccountId: id }, options, ({ serviceAccount: fields }) => {
      if (!isRecord(fields)) throw noServiceAccount();
      const { code, name } = promised(fields.role, "serviceAccount.role");
      return {
        ...toServiceAccount(fields),
        account: toAccount(promised(fields.account, "serviceAccount.account")),
        createdByUser: isRecord(fields.createdByUser) ? toUser(fields.createdByUser) : null,
        role: { code, name },
        keys: promisedList(fields.keys, "serviceAccount.keys").map(toKey),
      };
    });
  }

  /**
   * Changes what is named, and leaves the rest.
   *
   * @throws {@link ValidationError} before anything is sent, when the input is wrong or names no change.
   * @throws {@link NotFoundError} when it does not exist, or there is no access to it.
   */
  async update(id: ID, changes: ServiceAccountChanges, options?: RequestOptions): Promise<ServiceAccount> {
    needUser(this.#gateway, "UpdateServiceAccount");
    const checks = new Checks("serviceAccounts.update");
    checks.id(id, "id");
    const { name, description, roleCode, enabled } = checks.object(changes, "changes");
    if (name !== undefined) checks.name(name, "name");
    if (description !== undefined && description !== null) checks.text(description, "description");
    if (roleCode !== undefined) checks.oneOf(roleCode, roleCodes, "roleCode");
    if (enabled !== undefined) checks.flag(enabled, "enabled");
    const wanted = { name, description, roleCode, enabled };
    if (Object.values(wanted).every((value) => value === undefined)) checks.fail("changes", "must name at least one of name, description, roleCode, enabled");
    checks.done();
    return this.#gateway.call(
      UpdateServiceAccountDocument,
      { input: { serviceAccountId: id, ...wanted } },
      options,
      (data) => toServiceAccount(promised(promised(data.updateServiceAccount, "updateServiceAccount").serviceAccount, "serviceAccount")),
    );
  }

  /** Lets its keys work again. */
  enable(id: ID, options?: RequestOptions): Promise<ServiceAccount> {
    return this.update(id, { enabled: true }, options);
  }

  /** Stops all its keys, until it is enabled again (that a disabled account's keys are refused is inferred). */
  disable(id: ID, options?: RequestOptions): Promise<ServiceAccount> {
    return this.update(id, { enabled: false }, options);
  }

  /** Deletes it, and with it all its keys. @throws {@link NotFoundError} */
  async delete(id: ID, options?: RequestOptions): Promise<{ id: string }> {
    needUser(this.#gateway, "DeleteServiceAccount");
    const checks = new Checks("serviceAccounts.delete");
    checks.id(id, "id");
    checks.done();
    return this.#gateway.call(DeleteServiceAccountDocument, { input: { serviceAccountId: id } }, options, (data) => ({
      id: promised(promised(data.deleteServiceAccount, "deleteServiceAccount").serviceAccount, "serviceAccount").id,
    }));
  }
}
