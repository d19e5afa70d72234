import type { RequestOptions } from "../core/options.ts";
import type { Secret } from "../core/secret.ts";
import { act, hidePassword, type Gateway } from "./gateway.ts";
import { listOf } from "./ids.ts";
import { identified, Resource } from "./resource.ts";
import type { CreateUserInput, LumoAuthId, User, UserQuery } from "./types.ts";

/** Users of the tenant. An id is the user's uuid, or the e-mail address. @see https://docs.lumoauth.dev */
export class Users extends Resource<User, CreateUserInput, User, UserQuery> {
  readonly #gateway: Gateway;

  /** @internal */
  constructor(gateway: Gateway) {
    super(gateway, { kind: "users", required: ["email"], read: identified<User>, made: identified<User> });
    this.#gateway = gateway;
  }

  /** Keeps the user out, and ends the user's sessions. */
  async block(id: LumoAuthId, options?: RequestOptions): Promise<void> {
    await act(this.#gateway, "users.block", { method: "POST", kind: "users", id, then: "/block" }, options);
  }

  /** Lets the user in again. */
  async unblock(id: LumoAuthId, options?: RequestOptions): Promise<void> {
    await act(this.#gateway, "users.unblock", { method: "POST", kind: "users", id, then: "/unblock" }, options);
  }

  /** Lets the server send the user a way to set a new password. */
  async sendPasswordReset(id: LumoAuthId, options?: RequestOptions): Promise<void> {
    await act(this.#gateway, "users.sendPasswordReset", { method: "POST", kind: "users", id, then: "/password-reset" }, options);
  }

  /** Sets the user's password. */
  async setPassword(id: LumoAuthId, password: string | Secret, options?: RequestOptions): Promise<void> {
    hidePassword(this.#gateway, password);
    await act(this.#gateway, "users.setPassword", { method: "PUT", kind: "users", id, then: "/password", body: { password } }, options, (checks) => {
      if ((typeof password !== "string" && typeof password !== "object") || password === "" || password === null) checks.fail("password", "must be text");
    });
  }

  /** Gives the user these roles instead of those before: `[]` takes all away. @param roles - slugs. */
  async setRoles(id: LumoAuthId, roles: readonly string[], options?: RequestOptions): Promise<void> {
    await act(this.#gateway, "users.setRoles", { method: "PUT", kind: "users", id, then: "/roles", body: { roles } }, options, (checks) => {
      listOf(roles, "roles", checks);
    });
  }

  /** Puts the user into these groups instead of those before: `[]` takes the user out of all. @param groups - slugs. */
  async setGroups(id: LumoAuthId, groups: readonly string[], options?: RequestOptions): Promise<void> {
    await act(this.#gateway, "users.setGroups", { method: "PUT", kind: "users", id, then: "/groups", body: { groups } }, options, (checks) => {
      listOf(groups, "groups", checks);
    });
  }
}
