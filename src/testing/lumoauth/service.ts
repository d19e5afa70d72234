import type { Answer } from "../shared/answer.ts";
import type { Service } from "../shared/pipeline.ts";
import { createRateLimit } from "../shared/rate-limit.ts";
import type { Received } from "../shared/received.ts";
import { overLimitAnswer, quotaHeaders, refusalAnswer, unauthorizedAnswer, type Area } from "./answers.ts";
import { authorizeAdmin } from "./auth.ts";
import type { Call, Route } from "./call.ts";
import { createClientRoutes, createClients } from "./clients.ts";
import { createGroupRoutes, createGroups } from "./groups.ts";
import { createOAuthRoutes } from "./oauth.ts";
import type { Settings } from "./options.ts";
import { Refusal } from "./refusal.ts";
import { createRegistrationRoutes } from "./registration.ts";
import { createRoleRoutes, createRoles } from "./roles.ts";
import { findRoute, locate, type Located } from "./router.ts";
import type { State } from "./state.ts";
import { createUserRoutes, createUsers } from "./users.ts";

/** The service behind one fake. */
export function createService(state: State, settings: Settings): Service {
  const routes = createRoutes(state, settings);
  const limited = createLimiter(settings);
  return {
    now: settings.now,
    unauthorized: ({ url }) => unauthorizedAnswer(locate(url, settings).area, settings),
    read: (request) => {
      const located = locate(request.url, settings);
      const [route] = findRoute(routes, request.method, located.path).found;
      const operationName = route && `${request.method} ${route.path}`;
      const execute = (): Promise<Answer> => limited(located.area, () => answer(request, located, routes, state, settings));
      return { operationName, variables: {}, execute };
    },
  };
}

function createRoutes(state: State, settings: Settings): readonly Route[] {
  return [
    ...createUserRoutes(createUsers(state), settings),
    ...createRoleRoutes(createRoles(state), settings),
    ...createGroupRoutes(createGroups(state, settings), settings),
    ...createClientRoutes(createClients(state), settings),
    ...createRegistrationRoutes(state, settings),
    ...createOAuthRoutes(settings),
  ];
}

async function answer(request: Received, located: Located, routes: readonly Route[], state: State, settings: Settings): Promise<Answer> {
  const { area } = located;
  try {
    const [route, call] = callOf(request, located, routes, state);
    if (area === "admin") authorizeAdmin(call, route, state, settings);
    return await route.handle(call);
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error, area, settings);
    throw error;
  }
}

// No route comes before no credential: what does not exist needs none.
function callOf(request: Received, { area, path, prefix, tenant: segment }: Located, routes: readonly Route[], state: State): [Route, Call] {
  const { method, url } = request;
  const tenant = segment === undefined ? undefined : state.tenant(segment);
  if (segment !== undefined && tenant === undefined) {
    throw new Refusal(404, area === "admin" ? "tenant_not_found" : "invalid_tenant", "Tenant not found");
  }
  const { found: [route, id = "", memberId = ""], allowed } = findRoute(routes, method, path);
  if (route !== undefined && tenant !== undefined) return [route, { request, tenant, apiUrl: `${url.origin}${prefix}`, id, memberId }];
  if (allowed.length === 0) throw new Refusal(404, "resource_not_found", `No route found for "${method} ${url.pathname}"`);
  throw new Refusal(405, "method_not_allowed", `Method not allowed: ${method}`, { headers: { allow: allowed.join(", ") } });
}

type Limited = (area: Area, execute: () => Promise<Answer>) => Promise<Answer>;

function createLimiter(settings: Settings): Limited {
  const { rateLimit, now } = settings;
  if (rateLimit === undefined) return (_area, execute) => execute();
  const count = createRateLimit(rateLimit, now);
  return async (area, execute) => {
    const quota = count();
    const { status, body, headers } = quota.isOver ? overLimitAnswer(quota, rateLimit, area, settings) : await execute();
    return { status, body, headers: { ...headers, ...quotaHeaders(quota, rateLimit, now()) } };
  };
}
