import { describe, expect, test } from "vitest";
import {
  ConfigurationError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ResponseFormatError,
  RestRequestError,
  Secret,
  TransportError,
  ValidationError,
  type KeylightError,
} from "keylight";
import { bareServer, clientAt, failure, fakeTower, json, lastAt, listeningTower, operationsAt, rejection, rootOf, wrong } from "./support.ts";

const bad = { message: "no", status: 503, path: "/x" };

describe("post", () => {
  test.each(["get-vms", "/get-vms"])("of %j posts to /v2/api/get-vms and gives the answer as it is", async (path) => {
    const fake = fakeTower();
    const vms = await rootOf(fake).post<{ id: string; name: string }[]>(path, { where: { name_contains: "1" } });
    expect(vms.map(({ name }) => name)).toEqual(["vm-1"]);
    expect(lastAt(fake)).toMatchObject({ method: "POST", path: "/v2/api/get-vms", body: { where: { name_contains: "1" } } });
  });

  test.each([undefined, null])("with a body that is %j sends {}", async (body) => {
    const fake = fakeTower();
    expect(await rootOf(fake).post("get-vms", body)).toHaveLength(2);
    expect(lastAt(fake).body).toEqual({});
  });

  test("takes the answers that are documented: a list, an object, a count, a task", async () => {
    const fake = fakeTower();
    const client = rootOf(fake);
    expect(await client.post("get-vms-connection", {})).toEqual({ aggregate: { count: 2 } });
    expect(await client.post("get-my-info")).toMatchObject({ username: "root", internal: false });
    expect(await client.post("remove-vm-disk", { where: { id: fake.vms[0]?.id }, data: { disk_ids: ["c1"] } })).toEqual([{ task_id: expect.any(String), data: expect.any(Object) }]);
  });

  test("a Secret in a body is sent as its value", async () => {
    const fake = fakeTower();
    fake.serve("update-user", (body) => body);
    expect(await rootOf(fake).post("update-user", { data: { password: new Secret("a-new-password-for-ann") } })).toEqual({ data: { password: "a-new-password-for-ann" } });
  });

  test.each([304, 204])("status %i is no error, and gives undefined", async (status) => {
    const server = await bareServer((_seen, response) => {
      response.writeHead(status).end();
    });
    expect(await clientAt(server.endpoint, { token: "token-of-a-bare-server" }).post("start-vm")).toBeUndefined();
  });

  test("headers of a call go along", async () => {
    const fake = fakeTower();
    await rootOf(fake, { headers: { "x-a": "1" } }).post("get-vms", {}, { headers: { "Content-Language": "zh-CN" } });
    expect(lastAt(fake).headers).toMatchObject({ "x-a": "1", "content-language": "zh-CN", "content-type": "application/json", accept: "application/json" });
  });

  test.each([
    ["", "must be text"],
    [5, "must be text"],
    ["https://evil.example/get-vms", "host of its own"],
    ["//evil.example/get-vms", "host of its own"],
    ["javascript:alert(1)", "host of its own"],
    ["\\\\evil.example\\x", "backslash"],
    ["../get-vms", "step"],
    ["get-vms/../../../admin", "step"],
    ["get-vms/../start-vm", "step"],
    ["get-vms/%2e%2e/start-vm", "step"],
    ["get-vms%2F..%2Fstart-vm", "step"],
    ["./get-vms", "step"],
    ["get-vms#x", "#"],
    ["get-vms\r\nx: y", "white space"],
    [" get-vms", "white space"],
  ])("of the path %j is refused before anything is sent", async (path, why) => {
    const fake = fakeTower();
    expect((await failure(rootOf(fake).post(wrong(path)), ConfigurationError)).message).toContain(why);
    expect(fake.requests).toHaveLength(0);
  });

  test("a query is sent, and shows in no error", async () => {
    const fake = fakeTower();
    const error = await failure(rootOf(fake).post("no-such-thing?note=private"), NotFoundError);
    expect(lastAt(fake).url).toMatch(/\?note=private$/);
    expect(error.operationName).toBe("POST no-such-thing");
  });

  test("of a body that is no JSON is refused", async () => {
    const fake = fakeTower();
    const round: Record<string, unknown> = {};
    round["self"] = round;
    for (const body of [round, { big: 1n }, () => 1]) await failure(rootOf(fake).post("get-vms", body), ValidationError);
    expect(fake.requests).toHaveLength(0);
  });
});

describe("get-... is retried, all others are not", () => {
  test.each([
    ["503", { status: 503 }],
    ["503 in the server's format", { status: 503, body: bad }],
    ["504", { status: 504 }],
    ["a dropped connection", { drop: "before" }],
    ["a lost answer", { drop: "after" }],
    ["a cut answer", { drop: "body" }],
  ] as const)("%s", async (_what, fault) => {
    const { fake, endpoint } = await listeningTower();
    let ran = 0;
    fake.serve("start-vm", () => (ran += 1));
    const client = clientAt(endpoint, { token: fake.issueToken() });
    fake.failNext({ ...fault, path: "/v2/api/get-vms" });
    expect(await client.post("get-vms")).toHaveLength(2);
    fake.failNext({ ...fault, path: "/v2/api/start-vm" });
    expect(await rejection(client.post("start-vm"))).toMatchObject({ mayHaveExecuted: true, operationName: "POST start-vm" });
    expect(operationsAt(fake)).toEqual(["get-vms", "get-vms", "start-vm"]);
    expect(ran).toBeLessThan(2);
  });

  test.each(["get-vms/start", "start-get-vms", "GET-vms", "getvms", "get-vms?x=1"])("%s is not get-...", async (path) => {
    const fake = fakeTower();
    const client = clientAt(fake.endpoint, { token: fake.issueToken() });
    fake.failNext({ status: 503 });
    await rejection(client.post(path));
    expect(fake.requests).toHaveLength(1);
  });

  test("a write that the caller calls idempotent is", async () => {
    const fake = fakeTower();
    fake.serve("start-vm", () => []);
    fake.failNext({ path: "/v2/api/start-vm", status: 503 });
    expect(await clientAt(fake.endpoint, { token: fake.issueToken() }).post("start-vm", {}, { idempotent: true })).toEqual([]);
    expect(fake.requests).toHaveLength(2);
  });

  test("429 did not run: a write is sent again", async () => {
    const fake = fakeTower();
    fake.serve("start-vm", () => []);
    const client = clientAt(fake.endpoint, { token: fake.issueToken() });
    fake.failNext({ path: "/v2/api/start-vm", status: 429, headers: { "retry-after": "0" } });
    expect(await client.post("start-vm")).toEqual([]);
    fake.failNext({ path: "/v2/api/start-vm", status: 429, headers: { "retry-after": "600" } });
    expect(await failure(client.post("start-vm"), RateLimitError)).toMatchObject({ retryAfterMs: 600_000, mayHaveExecuted: false });
  });

  test("500 is not tried again, also for get-...", async () => {
    const fake = fakeTower();
    const client = clientAt(fake.endpoint, { token: fake.issueToken() });
    fake.failNext({ status: 500, body: { message: "it broke", status: 500, path: "/get-vms", code: "Oops" } });
    expect(await failure(client.post("get-vms"), RestRequestError)).toMatchObject({ message: "it broke", serviceCode: "Oops", status: 500, retryable: true });
    expect(fake.requests).toHaveLength(1);
  });
});

describe("an ErrorBody becomes", () => {
  test.each<[string, number, object, new (...given: never[]) => KeylightError, object]>([
    ["a ValidationError for 400", 400, {}, ValidationError, { code: "BAD_USER_INPUT" }],
    ["a PermissionError for 403", 403, {}, PermissionError, { code: "PERMISSION_DENIED" }],
    ["a NotFoundError for 404", 404, {}, NotFoundError, { code: "NOT_FOUND" }],
    ["a RestRequestError for 409", 409, { code: "Busy" }, RestRequestError, { serviceCode: "Busy", retryable: false }],
    ["a RestRequestError that is retryable for ResourceLocked", 400, { code: "ResourceLocked", props: {} }, RestRequestError, { serviceCode: "ResourceLocked", retryable: true, mayHaveExecuted: false }],
    ["a RestRequestError for 500", 500, { code: 12 }, RestRequestError, { serviceCode: "12", mayHaveExecuted: true }],
  ])("%s, with message, status and the id of the request", async (_what, status, more, kind, expected) => {
    const server = await bareServer((_seen, response) => {
      json(response, { message: "what the server says", status, path: "/start-vm", stack: "at secret.js:1:1", ...more }, status, { "x-tower-request-id": "the-request-id" });
    });
    const error = await failure(clientAt(server.endpoint, { token: "token-of-a-bare-server" }).post("start-vm", { where: {} }), kind);
    expect(error).toMatchObject({ message: "what the server says", status, requestId: "the-request-id", operationName: "POST start-vm", variableNames: ["where"], ...expected });
    expect(JSON.stringify(Object.getOwnPropertyDescriptors(error))).not.toContain("secret.js");
  });

  test("a locked resource, as the fake has it", async () => {
    const fake = fakeTower();
    const vm = fake.createVm("busy");
    fake.lockVm(vm.id);
    const client = rootOf(fake);
    const remove = () => client.post("remove-vm-disk", { where: { id: vm.id }, data: { disk_ids: [] } });
    expect(await failure(remove(), RestRequestError)).toMatchObject({ message: `Resource [VM-${vm.id}] locked`, serviceCode: "ResourceLocked", retryable: true });
    fake.unlockVm(vm.id);
    expect(await remove()).toHaveLength(1);
  });

  test.each([
    ["a page", 404, "<html>nginx</html>", "text/html"],
    ["an empty answer", 200, "", "application/json"],
    ["a cut JSON", 200, '[{"id":', "application/json"],
    ["another service's error", 400, '{"ec":"X","error":{"msg":"m"},"data":{}}', "application/json"],
  ])("%s is a ResponseFormatError, without its text", async (_what, status, body, type) => {
    const server = await bareServer((_seen, response) => {
      response.writeHead(status, { "content-type": type }).end(body);
    });
    const error = await failure(clientAt(server.endpoint, { token: "token-of-a-bare-server" }).post("get-vms"), ResponseFormatError);
    expect(error).toMatchObject({ status, contentType: type, byteLength: body.length, hint: expect.stringContaining("address of a CloudTower") });
    expect(error.message).not.toContain("nginx");
  });

  test("a page of status 500 is a TransportError", async () => {
    const fake = fakeTower();
    fake.failNext({ status: 500, body: "<html></html>" });
    await failure(clientAt(fake.endpoint, { token: fake.issueToken() }).post("get-vms"), TransportError);
  });
});

describe("version()", () => {
  test("needs no credential, sends none, and logs nobody in", async () => {
    const fake = fakeTower({ version: "4.4.1" });
    expect(await rootOf(fake).version()).toBe("4.4.1");
    expect(lastAt(fake)).toMatchObject({ method: "GET", path: "/v2/api/get-version", body: undefined });
    expect(await clientAt(fake.endpoint, { apiKey: fake.createApiKey().key }).version()).toBe("4.4.1");
    expect(lastAt(fake).headers).not.toHaveProperty("authorization");
    expect(fake.logins).toHaveLength(0);
  });

  test("is retried, and another answer is a format error", async () => {
    const fake = fakeTower();
    fake.failNext([{ status: 503 }, {}, { status: 200, body: { version: 4 } }]);
    const client = clientAt(fake.endpoint);
    expect(await client.version()).toBe("4.8.1");
    expect(await failure(client.version(), ResponseFormatError)).toMatchObject({ operationName: "GET get-version", mayHaveExecuted: false });
  });
});
