import { execFileSync } from "node:child_process";
import { describe, expect, onTestFinished, test } from "vitest";
import { ClientClosedError, ConfigurationError, KeylightError, NotFoundError, ResponseFormatError, ValidationError } from "../../src/errors/index.ts";
import type { ConnectionOptions } from "../../src/core/connection.ts";
import { readEnvironment } from "../../src/core/environment.ts";
import { LiveSecrets } from "../../src/core/live-secrets.ts";
import { readSettings, type CommonOptions } from "../../src/core/options.ts";
import { RestConnection, type RestRequest } from "../../src/core/rest-connection.ts";
import { Secret } from "../../src/core/secret.ts";
import type { RestDialect } from "../../src/core/transport/rest.ts";
import { canary } from "../oracle/oracle.ts";
import { programFile } from "../support/program.ts";
import { restDialect } from "./transport/rest-dialect.ts";
import { json, serve, type TestServer } from "./transport/server.ts";
import { rejection, sourceOf } from "./transport/support.ts";

type Overrides = Partial<ConnectionOptions<RestDialect>> & { readonly client?: CommonOptions };

function connectionTo({ url }: TestServer, { client = {}, ...overrides }: Overrides = {}): RestConnection {
  const env = readEnvironment([], {});
  const connection = new RestConnection({
    endpoint: new URL("/root/", url),
    settings: readSettings({ retry: { attempts: 2, maxDelay: 5 }, ...client }, env),
    dialect: restDialect,
    secrets: new LiveSecrets(),
    headers: {},
    credential: sourceOf("key-of-rest-tests"),
    noCredential: () => new ConfigurationError("there is no credential"),
    ...overrides,
  });
  onTestFinished(() => { connection.close(); });
  return connection;
}

function ok(): Promise<TestServer> {
  return serve((response, _nth, { body }) => { json(response, { got: body === "" ? null : JSON.parse(body) }); });
}

async function failed(work: Promise<unknown>): Promise<KeylightError> {
  const error = await rejection(work);
  if (error instanceof KeylightError) return error;
  throw error;
}

describe("a request", () => {
  test.each(["GET", "POST", "PUT", "PATCH", "DELETE"])("%s goes to its path below the root, with the one credential", async (method) => {
    const server = await ok();
    await connectionTo(server).send({ method, path: "things/1", query: { q: "a b" } }, undefined);
    expect(server.seen).toMatchObject([{ method, url: "/root/things/1?q=a+b", headers: { "x-api-key": "key-of-rest-tests", accept: "application/json" } }]);
  });

  test("without a body has none, and no content type", async () => {
    const server = await ok();
    await connectionTo(server).send({ method: "DELETE", path: "things/1" }, undefined);
    expect(server.seen[0]?.headers).not.toHaveProperty("content-type");
    expect(server.seen[0]?.body).toBe("");
  });

  test.each([[null], [0], [false], [""], [[1]], [{ a: { b: "\u2028" } }]])("with the body %j sends it as JSON", async (body) => {
    const server = await ok();
    const { value } = await connectionTo(server).send({ method: "POST", path: "things", body }, undefined);
    expect(value).toEqual({ got: body });
    expect(server.seen[0]?.headers["content-type"]).toBe("application/json");
  });

  test("sends a Secret in the body as its value, and shows it in no error", async () => {
    const secret = canary("a-secret-in-a-rest-body");
    const server = await serve((response) => { json(response, { message: "no" }, 400); });
    const error = await failed(connectionTo(server).send({ method: "POST", path: "things", body: { password: new Secret(secret) } }, undefined));
    expect(server.seen[0]?.body).toBe(`{"password":"${secret}"}`);
    expect(error.variableNames).toEqual(["password"]);
  });

  test("headers of the call go over the client's, and those over the service's", async () => {
    const server = await ok();
    const connection = connectionTo(server, { headers: { "x-a": "service", "x-b": "service", "x-c": "service" }, client: { headers: { "x-b": "client", "x-c": "client" } } });
    await connection.send({ method: "GET", path: "things" }, { headers: { "X-C": "call" } });
    expect(server.seen[0]?.headers).toMatchObject({ "x-a": "service", "x-b": "client", "x-c": "call" });
  });

  test.each<[string, RestRequest]>([
    ["a method that is none", { method: "TRACE", path: "things" }],
    ["a method in lower case", { method: "get", path: "things" }],
    ["a path that leads out", { method: "GET", path: "../admin" }],
    ["a path of another host", { method: "GET", path: "https://evil.example/" }],
  ])("%s is refused before anything is sent", async (_what, request) => {
    const server = await ok();
    expect(await failed(connectionTo(server).send(request, undefined))).toBeInstanceOf(ConfigurationError);
    expect(server.connections()).toBe(0);
  });

  test("a body that is no JSON is refused before anything is sent", async () => {
    const server = await ok();
    expect(await failed(connectionTo(server).send({ method: "POST", path: "things", body: { big: 1n } }, undefined))).toBeInstanceOf(ValidationError);
    expect(server.connections()).toBe(0);
  });
});

describe("what it is called", () => {
  test.each<[Partial<RestRequest>, string]>([
    [{}, "GET things/1"],
    [{ path: "things/1?token=private" }, "GET things/1"],
    [{ operationName: "read" }, "read"],
    [{ path: "things/a-secret-in-a-rest-path" }, "GET things/[redacted]"],
  ])("%j is %s in errors", async (request, name) => {
    const secrets = new LiveSecrets();
    secrets.add(canary("a-secret-in-a-rest-path"));
    const server = await serve((response) => { json(response, { message: "no" }, 404); });
    const error = await failed(connectionTo(server, { secrets }).send({ method: "GET", path: "things/1", ...request }, undefined));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error.operationName).toBe(name);
  });
});

describe("whether it is sent again after 503", () => {
  test.each<[Partial<RestRequest>, object, number]>([
    [{ method: "GET" }, {}, 3],
    [{ method: "POST" }, {}, 1],
    [{ method: "PUT" }, {}, 1],
    [{ method: "PATCH" }, {}, 1],
    [{ method: "DELETE" }, {}, 1],
    [{ method: "POST", reads: true }, {}, 3],
    [{ method: "GET", reads: false }, {}, 1],
    [{ method: "DELETE" }, { idempotent: true }, 3],
  ])("%j with %j: %i requests", async (request, options, requests) => {
    const server = await serve((response) => { json(response, { message: "no" }, 503); });
    const error = await failed(connectionTo(server).send({ method: "GET", path: "things", ...request }, options));
    expect(server.seen).toHaveLength(requests);
    expect(error.mayHaveExecuted).toBe(request.reads === undefined ? request.method !== "GET" : !request.reads);
  });

  test("a plan may forbid it", async () => {
    const server = await serve((response) => { json(response, { message: "no" }, 503); });
    await failed(connectionTo(server).send({ method: "GET", path: "things" }, undefined, { retryAttempts: 0 }));
    expect(server.seen).toHaveLength(1);
  });
});

describe("the credential", () => {
  test("a plan may want none, or another one", async () => {
    const server = await ok();
    const connection = connectionTo(server);
    await connection.send({ method: "GET", path: "a" }, undefined, { credential: "none" });
    await connection.send({ method: "GET", path: "b" }, undefined, { credential: sourceOf("another-key-of-tests") });
    expect(server.seen.map(({ headers }) => headers["x-api-key"])).toEqual([undefined, "another-key-of-tests"]);
  });

  test("without one, a call that needs it fails before anything is sent, and one that uses it at hand goes out", async () => {
    const server = await ok();
    const connection = connectionTo(server, { credential: undefined });
    expect((await failed(connection.send({ method: "GET", path: "a" }, undefined))).message).toBe("there is no credential");
    await connection.send({ method: "GET", path: "b" }, undefined, { credential: "at hand" });
    expect(server.seen.map(({ url }) => url)).toEqual(["/root/b"]);
  });

  test.each(["GET", "POST"])("a %s that met 401 is sent once more with the next one", async (method) => {
    const server = await serve((response, nth) => { json(response, { message: "m" }, nth === 0 ? 401 : 200); });
    await connectionTo(server, { credential: sourceOf("the-first-key", "the-second-key") }).send({ method, path: "a" }, undefined);
    expect(server.seen.map(({ headers }) => headers["x-api-key"])).toEqual(["the-first-key", "the-second-key"]);
  });
});

describe("ask", () => {
  test("gives what reading gives", async () => {
    const server = await ok();
    expect(await connectionTo(server).ask({ method: "GET", path: "a" }, undefined, ({ value, response }) => [value, response.status])).toEqual([{ got: null }, 200]);
  });

  test.each<[string, boolean, string]>([
    ["GET", false, "check the address"],
    ["POST", true, "The write may have taken effect: look before you repeat it."],
  ])("an error that reading the answer to a %s throws gets the facts of the call", async (method, mayHaveExecuted, hint) => {
    const server = await serve((response) => { json(response, {}, 200, { "x-rest-request-id": "r-9" }); });
    const read = (): never => {
      throw new ResponseFormatError("it lacks all", undefined, 0);
    };
    const error = await failed(connectionTo(server).ask({ method, path: "a?b=c" }, undefined, read));
    expect(error).toMatchObject({ operationName: `${method} a`, status: 200, requestId: "r-9", mayHaveExecuted, hint, attempts: [{ status: 200 }] });
  });
});

describe("its life", () => {
  test("close() ends what is in flight, and nothing is sent afterwards", async () => {
    let arrived: () => void = () => undefined;
    const there = new Promise<void>((resolve) => (arrived = resolve));
    const server = await serve(() => { arrived(); });
    const connection = connectionTo(server);
    const flight = failed(connection.send({ method: "POST", path: "a" }, undefined));
    await there;
    connection.close();
    expect(await flight).toMatchObject({ code: "CLIENT_CLOSED", mayHaveExecuted: true });
    expect(await failed(connection.send({ method: "GET", path: "a" }, undefined))).toBeInstanceOf(ClientClosedError);
    expect(server.seen).toHaveLength(1);
  });

  test("a call's own timeout, and a plan's limit on the answer, hold", async () => {
    const slow = await serve(() => undefined);
    expect(await failed(connectionTo(slow).send({ method: "GET", path: "a" }, { timeout: 30 }))).toMatchObject({ code: "TIMEOUT" });
    const long = await serve((response) => { json(response, "x".repeat(2000)); });
    expect(await failed(connectionTo(long).send({ method: "GET", path: "a" }, undefined, { maxResponseBytes: 1000 }))).toMatchObject({ code: "BAD_RESPONSE" });
  });
});

test("calls leave nothing behind", async () => {
  // In a process of its own: what watches the tests keeps what it sees of each call.
  const program = await programFile(new URL("programs/rest-growth.ts", import.meta.url));
  const bytes = Number(execFileSync(process.execPath, ["--expose-gc", program], { encoding: "utf8" }));
  expect(bytes).toBeLessThan(500_000);
});
