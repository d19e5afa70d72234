import { Checks } from "../core/checks.ts";
import type { RequestOptions } from "../core/options.ts";
import type { PagedList } from "../core/paged-list.ts";
import type { RestRequest } from "../core/rest-connection.ts";
import { act, type Gateway } from "./gateway.ts";
import { aboutOne, listOf, stepOf } from "./ids.ts";
import { listed } from "./pages.ts";
import { identified, Resource } from "./resource.ts";
import type { CreateGroupInput, Group, GroupMember, ListQuery, LumoAuthId } from "./types.ts";

/** Groups of the tenant. An id is the group's number, or its slug. */
export class Groups extends Resource<Group, CreateGroupInput> {
  readonly #gateway: Gateway;

  /** @internal */
  constructor(gateway: Gateway) {
    super(gateway, { kind: "groups", required: ["name"], read: identified<Group>, made: identified<Group> });
    this.#gateway = gateway;
  }

  /** The users who are in the group, page by page. */
  members(id: LumoAuthId, query: ListQuery = {}, options?: RequestOptions): PagedList<GroupMember> {
    const request = (checks: Checks): RestRequest => aboutOne({ method: "GET", kind: "groups", id, then: "/members" }, checks);
    return listed(this.#gateway, { name: "groups.members", request, read: identified<GroupMember> }, query, options);
  }

  /** Puts users into the group; those who are in it stay. */
  async addMembers(id: LumoAuthId, userIds: readonly LumoAuthId[], options?: RequestOptions): Promise<void> {
    await act(this.#gateway, "groups.addMembers", { method: "POST", kind: "groups", id, then: "/members", body: { userIds } }, options, (checks) => {
      if (listOf(userIds, "userIds", checks).length === 0) checks.fail("userIds", "must name at least one user");
    });
  }

  /** Takes a user out of the group. @throws {@link NotFoundError} where the user is not in it. */
  async removeMember(id: LumoAuthId, userId: LumoAuthId, options?: RequestOptions): Promise<void> {
    const name = "groups.removeMember";
    const checks = new Checks(name);
    const member = stepOf(userId, checks, "userId");
    checks.done();
    await act(this.#gateway, name, { method: "DELETE", kind: "groups", id, then: `/members/${member}`, named: "/members/{userId}" }, options);
  }

  /** Gives the group these roles instead of those before: `[]` takes all away. @param roles - slugs. */
  async setRoles(id: LumoAuthId, roles: readonly string[], options?: RequestOptions): Promise<void> {
    await act(this.#gateway, "groups.setRoles", { method: "PUT", kind: "groups", id, then: "/roles", body: { roles } }, options, (checks) => {
      listOf(roles, "roles", checks);
    });
  }
}
