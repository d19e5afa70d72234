import { ResponseFormatError } from "../errors/index.ts";
import type { CallPlan } from "../core/connection.ts";
import type { RequestOptions } from "../core/options.ts";
import { Secret } from "../core/secret.ts";
import { isRecord } from "../core/transport/json.ts";
import { needUser, type Gateway } from "./gateway.ts";
import { CreateUserKeyDocument, DeleteUserKeyDocument, type CreateUserKeyMutation } from "./generated/operations.ts";
import { promised } from "../core/promised.ts";
import type { ID } from "./types.ts";
import { Checks } from "../core/checks.ts";

/** The keys that a user logs in with; at most two for each user. @see https://api-docs.lumar.io/docs/graphql/authentication */
export class UserKeys {
  readonly #gateway: Gateway;

  /** @internal */
  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** Makes a key for the user who is logged in. This is the only time that its secret is shown. */
  async create(options?: RequestOptions): Promise<{ id: string; secret: Secret }> {
    needUser(this.#gateway, "CreateUserKey");
    const accepts: CallPlan["accepts"] = ({ createUserKey: key }) => isRecord(key) && typeof key["secret"] === "string";
    const read = ({ createUserKey }: CreateUserKeyMutation): { id: string; secret: Secret } => {
      const { id, secret } = promised(createUserKey, "createUserKey");
      if (typeof secret !== "string" || secret === "") {
        throw new ResponseFormatError("the answer to the creation of a user key lacks the secret", "application/json", 0, {
          hint: `Delete the user key ${id}, whose secret nobody knows, and create another.`,
        });
      }
      this.#gateway.hide(secret);
      return { id, secret: new Secret(secret) };
    };
    return this.#gateway.call(CreateUserKeyDocument, {}, options, read, { accepts });
  }

  /** Deletes a user key, so that no one can log in with it. Sessions that are open may live on. */
  async delete(id: ID, options?: RequestOptions): Promise<{ id: string }> {
    needUser(this.#gateway, "DeleteUserKey");
    const checks = new Checks("userKeys.delete");
    checks.id(id, "id");
    checks.done();
    return this.#gateway.call(DeleteUserKeyDocument, { input: { userKeyId: id } }, options, (data) => ({
      id: promised(promised(data.deleteUserKey, "deleteUserKey").userKey, "userKey").id,
    }));
  }
}
