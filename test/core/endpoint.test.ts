import { expect, test } from "vitest";
import { ConfigurationError } from "../../src/errors/index.ts";
import { readEndpoint } from "../../src/core/endpoint.ts";
import { LiveSecrets } from "../../src/core/live-secrets.ts";

const secrets = () => new LiveSecrets(/lmr_sa_[A-Za-z0-9_-]+/g);

function refusal(value: unknown, live = secrets()): ConfigurationError {
  try {
    readEndpoint(value, "LC_API_URL", live);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error("the endpoint was taken");
}

test.each([
  ["https://api.example.com/graphql", "https://api.example.com/graphql"],
  ["  https://api.example.com/graphql\n", "https://api.example.com/graphql"],
  ["https://api.example.com:8443/graphql?region=eu", "https://api.example.com:8443/graphql?region=eu"],
  ["https://api.example.com/graphql#part", "https://api.example.com/graphql"],
  ["http://127.0.0.1:4000/graphql", "http://127.0.0.1:4000/graphql"],
  ["http://[::1]:4000/", "http://[::1]:4000/"],
  ["http://localhost:4000/", "http://localhost:4000/"],
  ["HTTP://LOCALHOST:4000/", "http://localhost:4000/"],
])("%j is taken as %s", (given, href) => {
  expect(readEndpoint(given, "endpoint", secrets()).href).toBe(href);
});

test.each([
  "http://api.example.com/graphql",
  "http://127.0.0.1.example.com/",
  "http://localhost.example.com/",
  "http://example.com/?host=localhost",
  "http://127.0.0.2/",
  "http://0.0.0.0/",
  "http://192.168.1.1/",
  "http://localhost./",
  "http://[::ffff:127.0.0.1]/",
])("plain http to %s is refused, since it is not literally this machine", (given) => {
  expect(refusal(given).message).toMatch(/^LC_API_URL must be https/);
});

test.each(["ftp://localhost/", "file:///etc/passwd", "javascript:alert(1)", "data:text/plain,x", "ws://localhost/"])("%s is no address for credentials", (given) => {
  expect(refusal(given).message).toBe("LC_API_URL must be an https URL");
});

test.each([undefined, null, 5, {}, new URL("https://api.example.com/"), "", "api.example.com/graphql", "/graphql", "https://"])("%s is not a URL in full", (given) => {
  expect(refusal(given)).toMatchObject({ message: "LC_API_URL is not a URL", hint: expect.stringContaining("https://") });
});

test.each([
  ["a user name and a password", "https://ann:hunter2@api.example.com/"],
  ["a password alone", "https://:hunter2@api.example.com/"],
  ["a user name alone", "https://hunter2@api.example.com/"],
  ["a key in the query", "https://api.example.com/?api_key=hunter2"],
  ["a token in the query", "https://api.example.com/?x=1&Access_Token=hunter2"],
  ["a password in the query", "https://api.example.com/?password=hunter2"],
  ["a signature in the query", "https://api.example.com/?X-Signature=hunter2"],
  ["something of a secret's shape as a value", "https://api.example.com/?region=lmr_sa_hunter2"],
  ["something of a secret's shape as a name", "https://api.example.com/?lmr_sa_hunter2"],
])("%s is refused, and the message names the option only", (_what, given) => {
  const error = refusal(given);
  expect(error.message).toMatch(/^LC_API_URL holds a /);
  expect(JSON.stringify(error) + error.message).not.toMatch(/hunter2|ann|api\.example/);
});

test("a live secret in the query is refused under any name, encoded or not", () => {
  const live = secrets();
  live.add("s3cr/t+x");
  expect(refusal("https://api.example.com/?region=s3cr%2Ft%2Bx", live).message).toBe("LC_API_URL holds a secret in its query");
  expect(readEndpoint("https://api.example.com/?region=eu", "endpoint", live).search).toBe("?region=eu");
});
