import { GraphQLRequestError, NotFoundError, PermissionError, RateLimitError, RestRequestError, ValidationError } from "keylight";
import { CloudTowerClient, getDefaultClient, setDefaultClient, withClient } from "keylight/cloudtower";
import type { Fault } from "../../faults/fault.ts";
import { handedIn, type Caller, type Given, type House } from "../house.ts";
import { inSessionsFile, secretText } from "./texts.ts";

/** Errors of GraphQL have their code at the top. */
function graphql(code: string | number, message = "said by the server"): unknown {
  return { errors: [{ message, code }], data: null };
}

/** An ErrorBody of REST. */
function rest(status: number, message = "said by the server", code?: string): Fault & { status: number; body: unknown } {
  return { status, body: { message, status, path: "/get-vms", ...(code === undefined ? {} : { code }) } };
}

const strategies = "query AuthnStrategies { authnStrategies { id type } }";
const remove = "mutation DeleteApiKey($id: ID!) { deleteApiKey(where: { id: $id }) { id } }";

const given = (option: string, variable: string, rejection: Given["rejection"]): Given => {
  const sample = (): string => secretText(`${option}-`);
  return { name: option === "apiKey" ? "an API key" : "a token", option, variable, header: "authorization", prefix: "", more: {}, rejection, sample };
};

function operationOfRest(path: string): "read" | "write" | "other" {
  if (path === "/v2/api/get-vms") return "read";
  return path === "/v2/api/remove-vm-disk" ? "write" : "other";
}

function overGraphQL(given: unknown): Caller {
  const client = handedIn<CloudTowerClient>(given);
  return {
    client,
    read: (callOptions) => client.request(strategies, {}, callOptions),
    write: (callOptions) => client.request(remove, { id: "k" }, callOptions),
    close: () => client.close(),
  };
}

function overRest(given: unknown): Caller {
  const client = handedIn<CloudTowerClient>(given);
  return {
    client,
    read: (callOptions) => client.post("get-vms", { where: {} }, callOptions),
    write: (callOptions) => client.post("remove-vm-disk", { where: { id: "v" } }, callOptions),
    close: () => client.close(),
  };
}

/** Its GraphQL API; a user name and a password log in, over REST. */
export const cloudTowerOverGraphQL: House = {
  name: "CloudTower over GraphQL",
  make: (options) => overGraphQL(new CloudTowerClient(handedIn(options))),
  calling: overGraphQL,
  at: (base) => ({ endpoint: base }),
  addressOption: "endpoint",
  plainHttp: { allowHttp: true },
  given: [given("apiKey", "CLOUDTOWER_API_KEY", "KEY_REJECTED"), given("token", "CLOUDTOWER_TOKEN", "SESSION_EXPIRED")],
  sessions: {
    header: "authorization",
    prefix: "",
    firstLogins: 1,
    options: ({ secret }) => ({ login: { username: "root", password: secret } }),
    inFile: inSessionsFile,
    sampleSecret: () => secretText("password with ü "),
    answer: (token) => ({ task_id: null, data: { token } }),
    expired: [
      ["LOAD_TOKEN_FAILED in a 200", { body: graphql("LOAD_TOKEN_FAILED") }],
      ["NOT_MATCH_USER in a 200", { body: graphql("NOT_MATCH_USER") }],
      ["a 401 without a word", { status: 401, body: "" }],
    ],
    refused: rest(400, "wrong", "USER_PASSWORD_INCORRECT"),
    refusal: "INVALID_CREDENTIALS",
    saying: (text) => rest(400, text),
  },
  exclusive: [
    { apiKey: "a-key", token: "a-token" },
    { apiKey: "a-key", login: { username: "root", password: "x" } },
    { token: "a-token", login: { username: "root", password: "x" } },
  ],
  environment: (base, key) => ({ CLOUDTOWER_ENDPOINT: base, CLOUDTOWER_API_KEY: key, CLOUDTOWER_TOKEN: "from-the-environment", CLOUDTOWER_USERNAME: "env", CLOUDTOWER_PASSWORD: "of-the-environment" }),
  withoutCredential: "INVALID_CONFIGURATION",
  operationOf: ({ path, text }) => {
    if (path === "/v2/api/login") return "login";
    const { operationName }: { operationName?: string } = path === "/api/" ? JSON.parse(text) : {};
    return operationName === "AuthnStrategies" ? "read" : operationName === "DeleteApiKey" ? "write" : "other";
  },
  goodRead: { data: { authnStrategies: [{ id: "s", type: "LDAP" }] } },
  goodWrite: { data: { deleteApiKey: { id: "k" } } },
  unauthenticated: { status: 200, body: graphql("LOAD_TOKEN_FAILED") },
  permission: [{ what: "PERMISSION_DENIED in a 200", fault: { body: graphql("PERMISSION_DENIED") }, error: PermissionError, code: "PERMISSION_DENIED" }],
  said: [
    { what: "not found", fault: { body: graphql(3039) }, error: NotFoundError, code: "NOT_FOUND" },
    { what: "something of its own", fault: { body: graphql("ODD") }, error: GraphQLRequestError, code: "GRAPHQL_ERROR" },
    // No code for it is known, so that it has no class of its own here.
    { what: "a document that it does not understand", fault: { status: 400, body: graphql("", 'Cannot query field "x" on type "Y".') }, error: GraphQLRequestError, code: "GRAPHQL_ERROR" },
    { what: "too many requests", fault: { status: 429, body: graphql("ODD") }, error: RateLimitError, code: "RATE_LIMITED" },
  ],
  rateLimited: graphql("ODD"),
  saying: (text) => ({ body: graphql("ODD", text) }),
  requestIdHeader: "x-tower-request-id",
  defaults: {
    set: (client) => setDefaultClient(handedIn(client)),
    get: () => getDefaultClient(),
    within: (client, action) => withClient(handedIn(client), action),
  },
};

/** Its REST API, with the same credentials. */
export const cloudTowerOverRest: House = {
  ...cloudTowerOverGraphQL,
  name: "CloudTower over REST",
  make: (options) => overRest(new CloudTowerClient(handedIn(options))),
  calling: overRest,
  sessions: {
    ...cloudTowerOverGraphQL.sessions,
    expired: [
      ["a 401", rest(401)],
      ["LOAD_TOKEN_FAILED in a 400", rest(400, "no", "LOAD_TOKEN_FAILED")],
      ["a 401 without a word", { status: 401, body: "" }],
    ],
  },
  operationOf: ({ path }) => (path === "/v2/api/login" ? "login" : operationOfRest(path)),
  goodRead: { vms: [{ id: "v" }] },
  goodWrite: { task_id: "t", data: {} },
  unauthenticated: rest(401),
  permission: [
    { what: "a 403", fault: rest(403), error: PermissionError, code: "PERMISSION_DENIED" },
    { what: "PERMISSION_DENIED in a 400", fault: rest(400, "no", "PERMISSION_DENIED"), error: PermissionError, code: "PERMISSION_DENIED" },
  ],
  said: [
    { what: "not found", fault: rest(404), error: NotFoundError, code: "NOT_FOUND" },
    { what: "bad input", fault: rest(400), error: ValidationError, code: "BAD_USER_INPUT" },
    { what: "that a resource is locked", fault: rest(400, "locked", "ResourceLocked"), error: RestRequestError, code: "REST_ERROR" },
    { what: "that it broke down", fault: rest(500), error: RestRequestError, code: "REST_ERROR" },
    { what: "too many requests", fault: rest(429), error: RateLimitError, code: "RATE_LIMITED" },
  ],
  rateLimited: rest(429).body,
  saying: (text) => rest(400, text),
};
