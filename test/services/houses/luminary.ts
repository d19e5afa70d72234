import { NotFoundError, PermissionError, RateLimitError, RestRequestError, ValidationError } from "keylight";
import { getDefaultClient, LuminaryClient, setDefaultClient, withClient } from "keylight/luminary";
import { namedPlace, sessionFile } from "../../../src/core/session/file-store.ts";
import type { Fault } from "../../faults/fault.ts";
import { handedIn, type Caller, type House } from "../house.ts";
import { oauth, secretText, storeHolding } from "./texts.ts";

function said(status: number, message = "said by the server"): Fault & { status: number; body: unknown } {
  return { status, body: { message } };
}

function calling(given: unknown): Caller {
  const client = handedIn<LuminaryClient>(given);
  return {
    client,
    read: (callOptions) => client.request("GET", "pipelines", callOptions),
    write: (callOptions) => client.request("POST", "pipelines", { ...callOptions, body: { name: "p" } }),
    close: () => client.close(),
  };
}

/** REST; a person logs in, and a refresh token renews. */
export const luminary: House = {
  name: "Luminary Cloud",
  make: (options) => calling(new LuminaryClient(handedIn(options))),
  calling,
  at: (base) => ({ domain: base }),
  addressOption: "domain",
  given: [
    { name: "an API key", option: "apiKey", variable: "LC_API_KEY", header: "x-api-key", prefix: "", more: {}, rejection: "KEY_REJECTED", sample: () => secretText("key-") },
    { name: "an access token", option: "accessToken", header: "authorization", prefix: "Bearer ", more: {}, rejection: "SESSION_EXPIRED", sample: () => secretText("at-") },
  ],
  sessions: {
    ...oauth,
    inFile: (directory) => ({ options: { sessionStore: undefined, cacheDirectory: directory }, store: sessionFile(namedPlace(directory, "cacheDirectory"), "config") }),
    options: ({ base, token, secret }) => ({
      auth: { domain: base, clientId: "an-app", audience: "https://apis.example.com" },
      sessionStore: storeHolding({ token, refreshToken: secret, obtainedAt: new Date().toISOString() }),
    }),
    expired: [
      ["a 401", said(401)],
      ["a 401 without a word", { status: 401, body: "" }],
    ],
  },
  exclusive: [{ apiKey: "a-key", accessToken: "a-token" }, { sessionStore: storeHolding({ token: "t", obtainedAt: "2026-05-06T07:08:09.010Z" }), cacheDirectory: "/tmp/never-made" }],
  environment: (base, key) => ({ LC_DOMAIN: new URL(base).host, LC_API_KEY: key }),
  // There may be a login in the file; where there is none, a person has to act.
  withoutCredential: "INTERACTION_REQUIRED",
  operationOf: ({ method, path }) => {
    if (path === "/oauth/token") return "login";
    if (path !== "/rest/v0/pipelines") return "other";
    return method === "GET" ? "read" : "write";
  },
  goodRead: { data: { pipelines: [] } },
  goodWrite: { data: { id: "p" } },
  unauthenticated: said(401),
  permission: [{ what: "a 403", fault: said(403), error: PermissionError, code: "PERMISSION_DENIED" }],
  said: [
    { what: "not found", fault: said(404), error: NotFoundError, code: "NOT_FOUND" },
    { what: "bad input", fault: said(400), error: ValidationError, code: "BAD_USER_INPUT" },
    { what: "a conflict", fault: said(409), error: RestRequestError, code: "REST_ERROR" },
    { what: "that it broke down", fault: said(500), error: RestRequestError, code: "REST_ERROR" },
    { what: "too many requests", fault: said(429), error: RateLimitError, code: "RATE_LIMITED" },
  ],
  rateLimited: said(429).body,
  saying: (text) => said(409, text),
  requestIdHeader: "x-request-id",
  defaults: {
    set: (client) => setDefaultClient(handedIn(client)),
    get: () => getDefaultClient(),
    within: (client, action) => withClient(handedIn(client), action),
  },
};
