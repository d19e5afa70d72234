import type { Checks } from "../core/checks.ts";
import type { RequestOptions } from "../core/options.ts";
import type { PagedList } from "../core/paged-list.ts";
import type { RestRequest } from "../core/rest-connection.ts";
import { act, type Gateway } from "./gateway.ts";
import { aboutOne, listOf } from "./ids.ts";
import { listed } from "./pages.ts";
import { identified, Resource } from "./resource.ts";
import type { CreateRoleInput, ListQuery, LumoAuthId, Role, RoleQuery, User } from "./types.ts";

/** Roles of the tenant. An id is the role's number, or its slug. System roles can be neither changed nor deleted. */
export class Roles extends Resource<Role, CreateRoleInput, Role, RoleQuery> {
  readonly #gateway: Gateway;

  /** @internal */
  constructor(gateway: Gateway) {
    super(gateway, { kind: "roles", required: ["name"], read: identified<Role>, made: identified<Role> });
    this.#gateway = gateway;
  }

  /** Gives the role these permissions instead of those before: `[]` takes all away. @param permissions - slugs. */
  async setPermissions(id: LumoAuthId, permissions: readonly string[], options?: RequestOptions): Promise<void> {
    await act(this.#gateway, "roles.setPermissions", { method: "PUT", kind: "roles", id, then: "/permissions", body: { permissions } }, options, (checks) => {
      listOf(permissions, "permissions", checks);
    });
  }

  /** The users who have the role, page by page. */
  users(id: LumoAuthId, query: ListQuery = {}, options?: RequestOptions): PagedList<User> {
    const request = (checks: Checks): RestRequest => aboutOne({ method: "GET", kind: "roles", id, then: "/users" }, checks);
    return listed(this.#gateway, { name: "roles.users", request, read: identified<User> }, query, options);
  }
}
