import { json, type Answer } from "../shared/answer.ts";
import { given } from "../shared/settings.ts";
import { jsonBody, type Call, type Route } from "./call.ts";
import { Fields } from "./fields.ts";
import { listAnswer } from "./lists.ts";
import type { Settings } from "./options.ts";
import type { GroupRecord, TenantRecord, UserRecord } from "./records.ts";
import { actionRoute, bySlug, createResourceRoutes, deleted, instant, named, notFound, type Resource } from "./resource.ts";
import { refuseDuplicate, slugOf } from "./roles.ts";
import type { State } from "./state.ts";
import { findUser } from "./users.ts";

/** The resource of the groups. */
export function createGroups(state: State, { now }: Settings): Resource<GroupRecord> {
  return {
    path: "groups",
    label: "Group",
    idName: "group_id",
    all: ({ groups }) => groups.values(),
    find: ({ groups }, id) => groups.get(id) ?? bySlug(groups, id),
    view: groupView,
    searched: ({ name, slug }) => [name, slug],
    passes: () => true,
    create: (tenant, fields) => {
      const { roles = new Set(), description = null, ...input } = readGroup(tenant, fields);
      const name = fields.required("name", input.name, "");
      fields.check();
      const slug = input.slug ?? slugOf(name);
      refuseDuplicate(tenant.groups, "Group", slug);
      return { record: state.addGroup(tenant, { name, slug, description, roles }) };
    },
    update: (group, tenant, fields) => {
      const input = readGroup(tenant, fields);
      fields.check();
      if (input.slug !== undefined) refuseDuplicate(tenant.groups, "Group", input.slug, group);
      Object.assign(group, given(input), { updatedAt: now() });
    },
    delete: (group, { groups, users }) => {
      groups.delete(String(group.id));
      for (const user of users.values()) user.groups.delete(group);
    },
  };
}

/** The endpoints of the groups. */
export function createGroupRoutes(groups: Resource<GroupRecord>, settings: Settings): Route[] {
  const members = "/admin/groups/{id}/members";
  return [
    ...createResourceRoutes(groups, settings),
    actionRoute(groups, ["PUT", "roles"], settings, (group, fields, { roles }) => {
      const chosen = fields.required("roles", fields.named("roles", (slug) => bySlug(roles, slug)), new Set());
      fields.check();
      group.roles = chosen;
      group.updatedAt = settings.now();
    }),
    {
      methods: ["GET"],
      path: members,
      handle: (call) => listAnswer(call, settings, membersOf(named(groups, call), call.tenant).map(memberView)),
    },
    { methods: ["POST"], path: members, handle: (call) => addMembers(call, groups, settings) },
    { methods: ["DELETE"], path: `${members}/{memberId}`, handle: (call) => removeMember(call, groups, settings) },
  ];
}

function addMembers(call: Call, groups: Resource<GroupRecord>, settings: Settings): Answer {
  const group = named(groups, call);
  const fields = new Fields(jsonBody(call), settings.validationStatus);
  const users = fields.required("userIds", fields.named("userIds", (id) => findUser(call.tenant, id)), new Set<UserRecord>());
  fields.check();
  for (const user of users) user.groups.add(group);
  return json(200, { data: groupView(group, call.tenant), message: "Members added successfully" });
}

function removeMember(call: Call, groups: Resource<GroupRecord>, settings: Settings): Answer {
  const group = named(groups, call);
  const user = findUser(call.tenant, call.memberId);
  if (user?.groups.delete(group) !== true) throw notFound({ label: "Member", idName: "user_id" }, call.memberId);
  return deleted(settings, "Member removed successfully");
}

function readGroup({ roles }: TenantRecord, fields: Fields) {
  return {
    name: fields.text("name"),
    slug: fields.slug("slug"),
    description: fields.optionalText("description"),
    roles: fields.named("roles", (slug) => bySlug(roles, slug)),
  };
}

function membersOf(group: GroupRecord, { users }: TenantRecord): UserRecord[] {
  return [...users.values()].filter(({ groups }) => groups.has(group));
}

function memberView({ id, email, name, username }: UserRecord): object {
  return { id, email, name, username };
}

function groupView(group: GroupRecord, tenant: TenantRecord): object {
  const { id, name, slug, description } = group;
  return {
    id,
    name,
    slug,
    description,
    memberCount: membersOf(group, tenant).length,
    roles: [...group.roles].map((role) => ({ slug: role.slug })),
    createdAt: instant(group.createdAt),
    updatedAt: instant(group.updatedAt),
  };
}
