import { Client, getDefaultClient, GraphQLRequestError, NotFoundError, PermissionError, RateLimitError, setDefaultClient, ValidationError, withClient } from "keylight";
import { errorsOf, unauthenticated } from "../../faults/fault.ts";
import { handedIn, type Caller, type House } from "../house.ts";
import { inSessionsFile, secretText } from "./texts.ts";

const create = `mutation CreateServiceAccount($input: CreateServiceAccountInput!) {
  createServiceAccount(input: $input) { serviceAccount { id } }
}`;
const input = { accountId: "715", name: "Nightly", roleCode: "Viewer" };

function calling(given: unknown): Caller {
  const client = handedIn<Client>(given);
  return {
    client,
    read: (callOptions) => client.me(callOptions),
    write: (callOptions) => client.request(create, { input }, callOptions),
    close: () => client.close(),
  };
}

/** GraphQL; a user key logs in. */
export const lumar: House = {
  name: "Lumar",
  make: (options) => calling(new Client(handedIn(options))),
  calling,
  at: (base) => ({ endpoint: `${base}/graphql` }),
  addressOption: "endpoint",
  given: [
    { name: "an API key", option: "apiKey", variable: "LC_API_KEY", header: "x-api-key", prefix: "", more: {}, rejection: "KEY_REJECTED", sample: () => secretText("lmr_sa_715_", true) },
    { name: "a session token", option: "sessionToken", variable: "LC_SESSION_TOKEN", header: "x-auth-token", prefix: "", more: {}, rejection: "SESSION_EXPIRED", sample: () => secretText("token-") },
  ],
  sessions: {
    header: "x-auth-token",
    prefix: "",
    firstLogins: 1,
    options: ({ secret }) => ({ userKey: { id: 130, secret } }),
    inFile: inSessionsFile,
    sampleSecret: () => secretText("uk-"),
    answer: (token) => ({ data: { createSessionUsingUserKey: { token } } }),
    expired: [
      ["a 401", unauthenticated],
      ["UNAUTHENTICATED in a 200", { ...unauthenticated, status: 200 }],
      ["a 401 without a word", { status: 401, body: "" }],
    ],
    refused: { body: errorsOf("INCORRECT_USER_KEY_ID_OR_SECRET") },
    refusal: "INVALID_CREDENTIALS",
    saying: (text) => ({ body: errorsOf("INCORRECT_USER_KEY_ID_OR_SECRET", text) }),
  },
  exclusive: [
    { apiKey: "lmr_sa_1_a-key-of-a-robot", sessionToken: "a-session-token" },
    { apiKey: "lmr_sa_1_a-key-of-a-robot", userKey: { id: 1, secret: "a-secret" } },
  ],
  environment: (base, key) => ({ LC_API_URL: `${base}/graphql`, LC_API_KEY: key, LC_SESSION_TOKEN: "from-the-environment", LC_USER_KEY_ID: "7", LC_USER_KEY_SECRET: "of-the-environment" }),
  withoutCredential: "INVALID_CONFIGURATION",
  operationOf: ({ text }) => {
    const { operationName }: { operationName?: string } = JSON.parse(text);
    if (operationName === "LoginWithUserKey") return "login";
    return operationName === "Me" ? "read" : operationName === "CreateServiceAccount" ? "write" : "other";
  },
  goodRead: { data: { me: { id: "u", username: "someone" } } },
  goodWrite: { data: { createServiceAccount: { serviceAccount: { id: "a" } } } },
  unauthenticated: { status: 401, body: unauthenticated.body },
  permission: [
    { what: "FORBIDDEN in a 200", fault: { body: errorsOf("FORBIDDEN") }, error: PermissionError, code: "PERMISSION_DENIED" },
    { what: 'the documented text "Unauthorized"', fault: { body: errorsOf("UNAUTHORIZED", "Unauthorized") }, error: PermissionError, code: "PERMISSION_DENIED" },
  ],
  said: [
    { what: "not found", fault: { body: errorsOf("ENTITY_NOT_FOUND") }, error: NotFoundError, code: "NOT_FOUND" },
    { what: "bad input", fault: { body: errorsOf("BAD_USER_INPUT") }, error: ValidationError, code: "BAD_USER_INPUT" },
    { what: "something of its own", fault: { body: errorsOf("ODD") }, error: GraphQLRequestError, code: "GRAPHQL_ERROR" },
    { what: "too many requests", fault: { status: 429, body: errorsOf("ODD") }, error: RateLimitError, code: "RATE_LIMITED" },
  ],
  rateLimited: errorsOf("ODD"),
  saying: (text) => ({ body: errorsOf("ODD", text) }),
  requestIdHeader: "x-request-id",
  defaults: {
    set: (client) => setDefaultClient(handedIn(client)),
    get: () => getDefaultClient(),
    within: (client, action) => withClient(handedIn(client), action),
  },
};
