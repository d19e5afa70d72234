import { given } from "../shared/settings.ts";
import type { Route } from "./call.ts";
import type { Fields } from "./fields.ts";
import type { Settings } from "./options.ts";
import type { TenantRecord, UserRecord } from "./records.ts";
import { actionRoute, bySlug, createResourceRoutes, duplicate, instant, passesFlag, type Resource } from "./resource.ts";
import type { State } from "./state.ts";

/** The resource of the users. */
export function createUsers(state: State): Resource<UserRecord> {
  return {
    path: "users",
    label: "User",
    idName: "user_id",
    all: ({ users }) => users.values(),
    find: findUser,
    view: userView,
    searched: ({ email, name, username }) => [email, name, username],
    passes: ({ roles, groups, blocked }, query) => {
      const [role, group] = [query.get("role"), query.get("group")];
      return (
        (role === null || [...roles].some(({ slug }) => slug === role)) &&
        (group === null || [...groups].some(({ slug }) => slug === group)) &&
        passesFlag(query, "blocked", blocked)
      );
    },
    create: (tenant, fields) => {
      const input = readUser(tenant, fields);
      const email = fields.required("email", input.email, "");
      fields.check();
      refuseDuplicate(tenant, email);
      return { record: state.addUser(tenant, { ...given(input), email }) };
    },
    update: (user, tenant, fields) => {
      const input = readUser(tenant, fields);
      fields.check();
      if (input.email !== undefined) refuseDuplicate(tenant, input.email, user);
      Object.assign(user, given(input));
    },
    delete: (user, tenant) => {
      tenant.users.delete(user.id);
      // A login of this user may be under way.
      user.isActive = false;
      tenant.tokens.end((grant) => grant.user === user);
    },
  };
}

/** The endpoints of the users. */
export function createUserRoutes(users: Resource<UserRecord>, settings: Settings): Route[] {
  const action = (name: string, act: (user: UserRecord, tenant: TenantRecord) => void): Route =>
    actionRoute(users, ["POST", name], settings, (user, _fields, tenant) => act(user, tenant));
  const replacement = (name: string, act: (user: UserRecord, fields: Fields, tenant: TenantRecord) => void): Route =>
    actionRoute(users, ["PUT", name], settings, act);
  return [
    ...createResourceRoutes(users, settings),
    action("block", (user, tenant) => {
      user.blocked = true;
      tenant.tokens.end((grant) => grant.user === user);
    }),
    action("unblock", (user) => {
      user.blocked = false;
    }),
    action("password-reset", () => undefined),
    replacement("roles", (user, fields, { roles }) => {
      const chosen = fields.required("roles", fields.named("roles", (slug) => bySlug(roles, slug)), new Set());
      fields.check();
      user.roles = chosen;
    }),
    replacement("groups", (user, fields, { groups }) => {
      const chosen = fields.required("groups", fields.named("groups", (slug) => bySlug(groups, slug)), new Set());
      fields.check();
      user.groups = chosen;
    }),
    replacement("password", (_user, fields) => {
      fields.required("password", fields.password("password"), "");
      fields.check();
    }),
  ];
}

/** The user with this id or e-mail address. */
export function findUser({ users }: TenantRecord, id: string): UserRecord | undefined {
  return users.get(id) ?? [...users.values()].find(({ email }) => isSame(email, id));
}

/** A user as the API shows it. */
export function userView(user: UserRecord): object {
  const { id, email, username, name, givenName, familyName, phoneNumber, emailVerified, isActive, blocked, loginCount } = user;
  return {
    id,
    email,
    username,
    name,
    givenName,
    familyName,
    picture: null,
    phoneNumber,
    emailVerified,
    isActive,
    blocked,
    mfaEnabled: false,
    roles: [...user.roles].map((role) => ({ slug: role.slug, name: role.name })),
    groups: [...user.groups].map((group) => ({ slug: group.slug, name: group.name })),
    createdAt: instant(user.createdAt),
    lastLoginAt: user.lastLoginAt === null ? null : instant(user.lastLoginAt),
    loginCount,
  };
}

function readUser({ roles, groups }: TenantRecord, fields: Fields) {
  // Checked and forgotten: nobody logs in to the fake with a password.
  fields.password("password");
  return {
    email: fields.email("email"),
    username: fields.optionalText("username"),
    name: fields.optionalText("name"),
    givenName: fields.optionalText("givenName"),
    familyName: fields.optionalText("familyName"),
    phoneNumber: fields.optionalText("phoneNumber"),
    emailVerified: fields.flag("emailVerified"),
    isActive: fields.flag("isActive"),
    roles: fields.named("roles", (slug) => bySlug(roles, slug)),
    groups: fields.named("groups", (slug) => bySlug(groups, slug)),
  };
}

function refuseDuplicate({ users }: TenantRecord, email: string, self?: UserRecord): void {
  if ([...users.values()].some((user) => user !== self && isSame(user.email, email))) throw duplicate("User", "email");
}

function isSame(email: string, other: string): boolean {
  return email.toLowerCase() === other.toLowerCase();
}
