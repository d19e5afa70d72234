import { NotFoundError, PermissionError, RateLimitError, RestRequestError, ValidationError } from "keylight";
import { getDefaultClient, LumoAuthClient, setDefaultClient, withClient } from "keylight/lumoauth";
import type { Fault } from "../../faults/fault.ts";
import { handedIn, type Caller, type House } from "../house.ts";
import { oauth, secretText, storeHolding } from "./texts.ts";

const root = "/t/acme/api/v1";

function said(status: number, code: string, message = "said by the server"): Fault & { status: number; body: unknown } {
  return { status, body: { error: true, message, status, code } };
}

const user = { id: "8f9c0a52-1f4b-4d83-9d3c-1f2a0c9e7b11", email: "ada@example.com" };

function calling(given: unknown): Caller {
  const client = handedIn<LumoAuthClient>(given);
  return {
    client,
    read: (callOptions) => client.users.get(user.id, callOptions),
    write: (callOptions) => client.users.create({ email: user.email }, callOptions),
    close: () => client.close(),
  };
}

/** REST; a person logs in, and a refresh token renews. */
export const lumoAuth: House = {
  name: "LumoAuth",
  make: (options) => calling(new LumoAuthClient(handedIn(options))),
  calling,
  at: (base) => ({ baseUrl: base, tenant: "acme" }),
  addressOption: "baseUrl",
  given: [
    { name: "an API key", option: "apiKey", variable: "LUMOAUTH_API_KEY", header: "authorization", prefix: "Bearer ", more: {}, rejection: "KEY_REJECTED", sample: () => secretText("lmk_", true) },
    { name: "an API key in the other header", option: "apiKey", header: "x-api-key", prefix: "", more: { header: "x-api-key" }, rejection: "KEY_REJECTED", sample: () => secretText("of-another-shape-") },
    { name: "an access token", option: "accessToken", header: "authorization", prefix: "Bearer ", more: {}, rejection: "SESSION_EXPIRED", sample: () => secretText("at-") },
  ],
  sessions: {
    ...oauth,
    options: ({ token, secret }) => ({ login: { clientId: "an-app" }, sessionStore: storeHolding({ token, refreshToken: secret, obtainedAt: new Date().toISOString() }) }),
    expired: [
      ["a 401", said(401, "invalid_token")],
      ["a 401 as newer servers write it", { status: 401, body: { error: "invalid_token", message: "over", status: 401 } }],
      ["a 401 without a word", { status: 401, body: "" }],
    ],
  },
  exclusive: [
    { apiKey: "lmk_a-key", accessToken: "a-token" },
    { apiKey: "lmk_a-key", login: { clientId: "an-app" } },
    { accessToken: "a-token", login: { clientId: "an-app" } },
  ],
  environment: (base, key) => ({ LUMOAUTH_URL: base, LUMOAUTH_TENANT: "acme", LUMOAUTH_API_KEY: key }),
  withoutCredential: "INVALID_CONFIGURATION",
  operationOf: ({ method, path }) => {
    if (path === `${root}/oauth/token`) return "login";
    if (method === "GET" && path.startsWith(`${root}/admin/users/`)) return "read";
    return method === "POST" && path === `${root}/admin/users` ? "write" : "other";
  },
  goodRead: { data: user },
  goodWrite: { data: user },
  unauthenticated: said(401, "invalid_token"),
  permission: [
    { what: "a 403", fault: said(403, "insufficient_scope"), error: PermissionError, code: "PERMISSION_DENIED" },
    { what: "a 403 that speaks of tokens", fault: said(403, "invalid_token"), error: PermissionError, code: "PERMISSION_DENIED" },
  ],
  said: [
    { what: "not found", fault: said(404, "resource_not_found"), error: NotFoundError, code: "NOT_FOUND" },
    { what: "bad input", fault: said(400, "validation_error"), error: ValidationError, code: "BAD_USER_INPUT" },
    { what: "a conflict", fault: said(409, "duplicate_resource"), error: RestRequestError, code: "REST_ERROR" },
    { what: "that it broke down", fault: said(500, "internal"), error: RestRequestError, code: "REST_ERROR" },
    { what: "too many requests", fault: said(429, "rate_limit_exceeded"), error: RateLimitError, code: "RATE_LIMITED" },
  ],
  rateLimited: said(429, "rate_limit_exceeded").body,
  saying: (text) => said(409, "odd", text),
  requestIdHeader: "x-request-id",
  defaults: {
    set: (client) => setDefaultClient(handedIn(client)),
    get: () => getDefaultClient(),
    within: (client, action) => withClient(handedIn(client), action),
  },
};
