import { ResponseFormatError } from "../errors/index.ts";
import type { RequestOptions } from "../core/options.ts";
import { Secret } from "../core/secret.ts";
import { isRecord } from "../core/transport/json.ts";
import { needUser, type Gateway } from "./gateway.ts";
import { CreateUserKeyDocument, DeleteUserKeyDocument } from "./generated/operations.ts";
import { promisedByWrite } from "./read.ts";
import type { ID } from "./types.ts";
import { Checks } from "./validate.ts";

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
    const { data } = await this.#gateway.call(CreateUserKeyDocument, {}, options, {
      accepts: (partial) => isRecord(partial["createUserKey"]) && typeof partial["createUserKey"]["secret"] === "string",
    });
    const { id, secret } = promisedByWrite(data.createUserKey, "createUserKey");
    if (typeof secret !== "string" || secret === "") {
      throw new ResponseFormatError("the answer to the creation of a user key lacks the secret", "application/json", 0, {
        mayHaveExecuted: true,
        hint: `Delete the user key ${id}, whose secret nobody knows, and create another.`,
      });
    }
    this.#gateway.hide(secret);
    return { id, secret: new Secret(secret) };
  }

  /** Deletes a user key, so that no one can log in with it. Sessions that are open may live on. */
  async delete(id: ID, options?: RequestOptions): Promise<{ id: string }> {
    needUser(this.#gateway, "DeleteUserKey");
    const checks = new Checks("userKeys.delete");
    checks.id(id, "id");
    checks.done();
    const { data } = await this.#gateway.call(DeleteUserKeyDocument, { input: { userKeyId: id } }, options);
    return { id: promisedByWrite(promisedByWrite(data.deleteUserKey, "deleteUserKey").userKey, "userKey").id };
  }
}
