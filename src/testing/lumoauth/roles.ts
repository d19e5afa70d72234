import { given } from "../shared/settings.ts";
import type { Route } from "./call.ts";
import type { Fields } from "./fields.ts";
import { listAnswer } from "./lists.ts";
import type { Settings } from "./options.ts";
import type { RoleRecord, TenantRecord } from "./records.ts";
import { Refusal } from "./refusal.ts";
import { actionRoute, bySlug, createResourceRoutes, duplicate, instant, named, passesFlag, type Resource } from "./resource.ts";
import type { State } from "./state.ts";
import { userView } from "./users.ts";

/** The resource of the roles. */
export function createRoles(state: State): Resource<RoleRecord> {
  return {
    path: "roles",
    label: "Role",
    idName: "role_id",
    all: ({ roles }) => roles.values(),
    find: ({ roles }, id) => roles.get(id) ?? bySlug(roles, id),
    view: roleView,
    searched: ({ name, slug }) => [name, slug],
    passes: ({ isSystem }, query) => passesFlag(query, "isSystem", isSystem),
    create: (tenant, fields) => {
      const { permissions = [], description = null, ...input } = readRole(fields);
      const name = fields.required("name", input.name, "");
      fields.check();
      const slug = input.slug ?? slugOf(name);
      refuseDuplicate(tenant.roles, "Role", slug);
      return { record: state.addRole(tenant, { name, slug, description, permissions }) };
    },
    update: (role, tenant, fields) => {
      refuseSystemRole(role);
      const input = readRole(fields);
      fields.check();
      if (input.slug !== undefined) refuseDuplicate(tenant.roles, "Role", input.slug, role);
      Object.assign(role, given(input));
    },
    delete: (role, { roles, users, groups }) => {
      refuseSystemRole(role);
      roles.delete(String(role.id));
      for (const one of [...users.values(), ...groups.values()]) one.roles.delete(role);
    },
  };
}

/** The endpoints of the roles. */
export function createRoleRoutes(roles: Resource<RoleRecord>, settings: Settings): Route[] {
  return [
    ...createResourceRoutes(roles, settings),
    actionRoute(roles, ["PUT", "permissions"], settings, (role, fields) => {
      refuseSystemRole(role);
      const permissions = fields.required("permissions", fields.texts("permissions"), []);
      fields.check();
      role.permissions = permissions;
    }),
    {
      methods: ["GET"],
      path: "/admin/roles/{id}/users",
      handle: (call) => {
        const role = named(roles, call);
        return listAnswer(call, settings, [...call.tenant.users.values()].filter((user) => user.roles.has(role)).map(userView));
      },
    },
  ];
}

/** @throws Refusal if another one of these has the slug. */
export function refuseDuplicate<T extends { readonly slug: string }>(all: ReadonlyMap<string, T>, label: string, slug: string, self?: T): void {
  const holder = bySlug(all, slug);
  if (holder !== undefined && holder !== self) throw duplicate(label, "slug");
}

/** The slug that the server makes of a name. */
export function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
}

function readRole(fields: Fields) {
  return {
    name: fields.text("name"),
    slug: fields.slug("slug"),
    description: fields.optionalText("description"),
    permissions: fields.texts("permissions"),
  };
}

function roleView(role: RoleRecord, { users }: TenantRecord): object {
  const { id, name, slug, description, isSystem } = role;
  return {
    id,
    name,
    slug,
    description,
    isSystem,
    userCount: [...users.values()].filter(({ roles }) => roles.has(role)).length,
    // The fake keeps no names of permissions.
    permissions: role.permissions.map((permission) => ({ slug: permission, name: permission })),
    createdAt: instant(role.createdAt),
  };
}

function refuseSystemRole({ isSystem }: RoleRecord): void {
  if (isSystem) throw new Refusal(403, "permission_denied", "System roles cannot be modified or deleted");
}
