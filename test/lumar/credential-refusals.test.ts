import { describe, expect, test } from "vitest";
import { Client, ConfigurationError, Secret } from "keylight";
import { expectHidden, fakeLumar, thrown, wrong } from "./support.ts";

type Refused = [what: string, options: Record<string, unknown>, named: string[]];
const key = "lmr_sa_12_canary";
const userKey = { id: 1, secret: "canary-secret" };

const texts: [string, unknown][] = [
  ["empty", ""],
  ["white space", " \n "],
  ["with a line break", "lmr_sa_1_canary\r\nx-evil: 1"],
  ["with a space", "lmr_sa_1_canary key"],
  ["not ASCII", "lmr_sa_1_canaryü"],
  ["a NUL", "lmr_sa_1_canary\u0000"],
  ["too long", `lmr_sa_1_${"canary".repeat(700)}`],
  ["the text undefined", "undefined"],
  ["the text null", "null"],
  ["with Bearer in front", "Bearer lmr_sa_1_canary"],
  ["with bearer in front", "bearer lmr_sa_1_canary"],
  ["a number", 5],
  ["null", null],
  ["an object", {}],
  ["an empty Secret", new Secret("")],
];

const malformed: Refused[] = texts.flatMap(([what, text]): Refused[] => [
  [`apiKey ${what}`, { apiKey: text }, ["apiKey"]],
  [`sessionToken ${what}`, { sessionToken: text }, ["sessionToken"]],
  [`userKey.secret ${what}`, { userKey: { id: 1, secret: text } }, ["userKey.secret"]],
]);

const malformedVariables: Refused[] = texts
  .filter(([, text]) => typeof text === "string" && text.trim() !== "")
  .flatMap(([what, text]): Refused[] => [
    [`LC_API_KEY ${what}`, { env: { LC_API_KEY: text } }, ["LC_API_KEY"]],
    [`LC_SESSION_TOKEN ${what}`, { env: { LC_SESSION_TOKEN: text } }, ["LC_SESSION_TOKEN"]],
    [`LC_USER_KEY_SECRET ${what}`, { env: { LC_USER_KEY_ID: "1", LC_USER_KEY_SECRET: text } }, ["LC_USER_KEY_SECRET"]],
  ]);

const exclusive: Refused[] = [
  ["apiKey with userKey", { apiKey: key, userKey }, ["apiKey", "userKey"]],
  ["apiKey with sessionToken", { apiKey: key, sessionToken: "canary" }, ["apiKey", "sessionToken"]],
  ["all three", { apiKey: key, sessionToken: "canary", userKey }, ["apiKey", "sessionToken"]],
];

const prefix: Refused[] = [
  ["another service's key as apiKey", { apiKey: "sk-canary" }, ["apiKey", "lmr_sa_"]],
  ["another service's key in LC_API_KEY", { env: { LC_API_KEY: "canary123" } }, ["LC_API_KEY", "lmr_sa_"]],
  ["a prefix in another case", { apiKey: "LMR_SA_1_canary" }, ["apiKey"]],
  ["a prefix that is not at the beginning", { apiKey: "xlmr_sa_1_canary" }, ["apiKey"]],
];

const userKeys: Refused[] = [
  ["a user key without a secret", { userKey: { id: 1 } }, ["userKey"]],
  ["a user key without an id", { userKey: { secret: "canary" } }, ["userKey"]],
  ["a user key that is a text", { userKey: "canary" }, ["userKey"]],
  ["a user key that is null", { userKey: null }, ["userKey"]],
  ["an id of zero", { userKey: { ...userKey, id: 0 } }, ["userKey.id"]],
  ["a negative id", { userKey: { ...userKey, id: -1 } }, ["userKey.id"]],
  ["a broken id", { userKey: { ...userKey, id: 1.5 } }, ["userKey.id"]],
  ["an id that is too large", { userKey: { ...userKey, id: "99999999999999999999" } }, ["userKey.id"]],
  ["an empty id", { userKey: { ...userKey, id: "" } }, ["userKey.id"]],
  ["an id of the text undefined", { userKey: { ...userKey, id: "undefined" } }, ["userKey.id"]],
  ["an id that is an object", { userKey: { ...userKey, id: {} } }, ["userKey.id"]],
  ["a secret that is a function", { userKey: { id: 1, secret: () => "canary" } }, ["userKey.secret"]],
  ["only the id in the environment", { env: { LC_USER_KEY_ID: "1" } }, ["LC_USER_KEY_SECRET", "LC_USER_KEY_ID"]],
  ["only the secret in the environment", { env: { LC_USER_KEY_SECRET: "canary" } }, ["LC_USER_KEY_ID", "LC_USER_KEY_SECRET"]],
  ["an empty secret in the environment", { env: { LC_USER_KEY_ID: "1", LC_USER_KEY_SECRET: "" } }, ["LC_USER_KEY_SECRET"]],
  ["half of the vendor's variables", { env: { LUMAR_SECRET: "canary" } }, ["LUMAR_USER_KEY_ID", "LUMAR_SECRET"]],
  ["a bad id in the environment", { env: { LC_USER_KEY_ID: "-5 5", LC_USER_KEY_SECRET: "canary" } }, ["LC_USER_KEY_ID"]],
  ["half a user key beside a session token", { env: { LC_SESSION_TOKEN: "canary", LC_USER_KEY_ID: "1" } }, ["LC_USER_KEY_SECRET"]],
  ["a variable that is no text", { env: { LC_API_KEY: 5 } }, ["LC_API_KEY"]],
];

describe.each([
  ["a malformed credential", malformed],
  ["a malformed variable", malformedVariables],
  ["credentials that exclude each other", exclusive],
  ["what is no service account key", prefix],
  ["a user key that is none", userKeys],
])("the constructor refuses %s:", (_, cases) => {
  test.each(cases)("%s", (_what, options, named) => {
    const error = thrown(ConfigurationError, () => new Client(wrong({ env: {}, ...options })));
    expect(error).toMatchObject({ code: "INVALID_CONFIGURATION", retryable: false, mayHaveExecuted: false });
    for (const name of named) expect(error.message).toContain(name);
    expectHidden(error, ["canary"]);
  });
});

test("the hint for a key without the prefix names the likely mistakes", () => {
  const { hint } = thrown(ConfigurationError, () => new Client({ env: {}, apiKey: "0123456789abcdef" }));
  expect(hint).toContain("sessionToken");
  expect(hint).toContain("LC_API_KEY may hold the key of another service");
});

test("a prototype gives no credential", () => {
  const polluted: Record<string, unknown> = Object.create({ apiKey: "sk-canary", env: { LC_API_KEY: "sk-canary" } });
  polluted["env"] = Object.create({ LC_API_KEY: "sk-canary" });
  expect(new Client(polluted).explain("{ version }").credential).toBeUndefined();
});

test("half a user key in the environment does not matter where another credential is given", () => {
  const env = { LC_USER_KEY_ID: "1" };
  expect(() => new Client({ env, apiKey: key })).not.toThrow();
  expect(() => new Client({ env: { ...env, LC_API_KEY: key } })).not.toThrow();
});

test("nothing is sent by a construction, good or bad", () => {
  const fake = fakeLumar();
  expect(new Client({ env: {}, apiKey: key }).endpoint).toContain("lumar");
  thrown(ConfigurationError, () => new Client({ env: {}, apiKey: "" }));
  expect(fake.requests).toHaveLength(0);
});
