import { describe, expect, test } from "vitest";
import type { FakeCloudTower } from "keylight/testing";
import { anId, createClockedTower, createFurnishedTower, refusal, requestOf, rest } from "./fake-cloudtower-support.ts";

const version = (fake: FakeCloudTower) => fake.handle(requestOf("/v2/api/get-version", undefined, undefined, { method: "GET" }));
const disk = { data: { disk_ids: ["d1"] } };

/** The members of a virtual machine that the specification requires. */
const required = [
  ...["id", "name", "status", "cpu", "memory", "vcpu", "ha", "ips", "local_id", "description", "firmware", "in_recycle_bin"],
  ...["internal", "node_ip", "protected", "clock_offset", "cpu_model", "nested_virtualization", "out_uninstall_usb"],
  ...["vm_tools_status", "win_opt"],
];

describe("/get-vms", () => {
  test("answers a bare list of full objects to a key", async () => {
    const { fake, key } = createFurnishedTower();
    const { status, body } = await rest(fake, "get-vms", { where: {} }, key);
    expect(status).toBe(200);
    expect(body.map(({ id, name }: { id: string; name: string }) => ({ id, name }))).toEqual(fake.vms.map(({ id, name }) => ({ id, name })));
    for (const vm of body) expect(Object.keys(vm)).toEqual(expect.arrayContaining(required));
  });

  test.each<[string, object, string[]]>([
    ["everything", {}, ["vm-1", "vm-2", "web-1", "web-2"]],
    ["a name", { where: { name: "web-1" } }, ["web-1"]],
    ["part of a name", { where: { name_contains: "web" } }, ["web-1", "web-2"]],
    ["its beginning, but for some", { where: { name_starts_with: "web", name_not_in: ["web-2"] } }, ["web-1"]],
    ["its end", { where: { name_ends_with: "-2" } }, ["vm-2", "web-2"]],
    ["a switch", { where: { win_opt: true } }, []],
    ["one of two", { where: { OR: [{ name: "vm-1" }, { name: "web-1" }] } }, ["vm-1", "web-1"]],
    ["both", { where: { AND: [{ name_contains: "1" }, { name_not_contains: "web" }] } }, ["vm-1"]],
    ["neither", { where: { NOT: { name_not: "vm-2" } } }, ["vm-2"]],
    ["an order", { orderBy: "name_DESC", first: 2 }, ["web-2", "web-1"]],
    ["the last", { orderBy: "name_ASC", last: 1 }, ["web-2"]],
    ["a page", { skip: 1, first: 2 }, ["vm-2", "web-1"]],
    ["nothing", { first: 0 }, []],
    ["what null leaves open", { where: null, orderBy: null, first: null, last: null, skip: null, after: null, before: null }, ["vm-1", "vm-2", "web-1", "web-2"]],
  ])("takes %s", async (_, body, names) => {
    const { fake, token } = createFurnishedTower();
    fake.createVm("web-1");
    fake.createVm("web-2");
    const result = await rest(fake, "get-vms", body, token);
    expect(result.body.map(({ name }: { name: string }) => name)).toEqual(names);
    const count = await rest(fake, "get-vms-connection", body, token);
    expect(count.body).toEqual({ aggregate: { count: names.length } });
  });

  test("goes on after an id, and stops before one", async () => {
    const { fake, token } = createFurnishedTower();
    const last = fake.createVm("vm-3");
    const names = async (body: object) => (await rest(fake, "get-vms", body, token)).body.map(({ name }: { name: string }) => name);
    expect(await names({ after: fake.vms[0]?.id })).toEqual(["vm-2", "vm-3"]);
    expect(await names({ before: last.id })).toEqual(["vm-1", "vm-2"]);
    expect(await names({ after: fake.vms[0]?.id, before: last.id })).toEqual(["vm-2"]);
  });
});

describe("a body that does not fit", () => {
  test.each<[string, string, unknown, string]>([
    ["no login", "login", undefined, "must be a JSON object"],
    ["a list", "login", [], "must be a JSON object"],
    ["no JSON", "login", "{", "no JSON"],
    ["no password", "login", { username: "root" }, "'password' is missing"],
    ["no name", "login", { password: "x" }, "'username' is missing"],
    ["a number for a name", "login", { username: 1, password: "x" }, "'username' is of the wrong kind"],
    ["an unknown source", "login", { username: "root", password: "x", source: "local" }, "'source' is of the wrong kind"],
    ["an unknown channel", "login", { username: "root", password: "x", mfa_type: "Fax" }, "'mfa_type' is of the wrong kind"],
    ["a further member", "login", { username: "root", password: "x", remember: true }, "must not have the member 'remember'"],
    ["a special member", "login", '{"username":"root","password":"x","__proto__":{}}', "must not have the member '__proto__'"],
    ["no body", "get-vms", undefined, "must be a JSON object"],
    ["a further member", "get-vms", { filter: {} }, "must not have the member 'filter'"],
    ["a text for a number", "get-vms", { first: "1" }, "'first' is of the wrong kind"],
    ["a negative number", "get-vms", { skip: -1 }, "'skip' is of the wrong kind"],
    ["a further member of where", "get-vms", { where: { age: 1 } }, "must not have the member 'age'"],
    ["an unknown comparison", "get-vms", { where: { name_like: "x" } }, "must not have the member 'name_like'"],
    ["a where of the wrong kind", "get-vms", { where: { AND: ["x"] } }, "'where' must be an object"],
    ["an unknown order", "get-vms", { orderBy: "name" }, "'orderBy'"],
    ["an unknown id", "get-vms", { after: "none" }, "'after' and 'before'"],
    ["no data", "remove-vm-disk", { where: {} }, "'data' is missing"],
    ["no disks", "remove-vm-disk", { where: {}, data: {} }, "'disk_ids' is missing"],
    ["an unknown machine", "remove-vm-disk", { where: { id: "none" }, ...disk }, "no such virtual machine"],
  ])("gives 400: %s", async (_, name, body, message) => {
    const { fake, token } = createFurnishedTower();
    const { status, body: answer, response } = await rest(fake, name, body, token);
    expect([status, answer]).toEqual([400, refusal(400, `/${name}`, expect.stringContaining(message))]);
    expect(response.headers.get("x-tower-request-id")).toMatch(anId);
    expect(fake.logins).toEqual([]);
  });

  test("gives 400 too for a language that CloudTower does not speak", async () => {
    const { fake } = createClockedTower();
    for (const [language, status] of [["en-US", 200], ["zh-CN", 200], ["*", 200], ["application/json", 400]] as const) {
      expect((await rest(fake, "login", withoutId(fake), undefined, { headers: { "content-language": language } })).status).toBe(status);
    }
  });
});

function withoutId({ user: { username, password } }: FakeCloudTower) {
  return { username, password };
}

describe("/get-my-info", () => {
  test("tells the user of a token and of a key, without the password", async () => {
    const { fake, token, key } = createFurnishedTower();
    for (const credential of [token, key]) {
      const { status, body } = await rest(fake, "get-my-info", undefined, credential);
      expect(status).toBe(200);
      expect(body).toEqual({
        id: fake.user.id,
        name: "root",
        username: "root",
        display_username: "root",
        internal: false,
        source: "LOCAL",
        roles: [{ id: expect.stringMatching(anId), name: "ROOT" }],
        auth_config_id: null,
        password_expired: false,
      });
    }
  });
});

describe("/get-version", () => {
  test("answers a JSON string without a credential", async () => {
    const { fake } = createClockedTower();
    const response = await version(fake);
    expect([response.status, await response.text()]).toEqual([200, '"4.8.1"']);
    expect(response.headers.get("x-tower-request-id")).toMatch(anId);
  });

  test("answers another version after an upgrade", async () => {
    const { fake } = createClockedTower({ version: "4.3.0" });
    expect(await (await version(fake)).json()).toBe("4.3.0");
    fake.setVersion("4.4.0");
    expect(await (await version(fake)).json()).toBe("4.4.0");
    expect(() => {
      fake.setVersion("newest");
    }).toThrow(RangeError);
    expect(() => createClockedTower({ version: "4" })).toThrow(RangeError);
  });
});

describe("a path that CloudTower does not have", () => {
  test.each(["get-nothing", "get-vms/", "", "login/x", "create-api-key", "__proto__"])("gives 404: /v2/api/%s", async (name) => {
    const { fake, token } = createFurnishedTower();
    for (const credential of [token, undefined]) {
      const { status, body, response } = await rest(fake, name, {}, credential);
      expect([status, body]).toEqual([404, refusal(404, `/${name}`, expect.any(String))]);
      expect(response.headers.get("x-tower-request-id")).toMatch(anId);
    }
  });

  test.each(["/", "/v2/api", "/v1/api/get-vms", "/api/x", "//v2/api/get-vms"])("gives 404: %s", async (path) => {
    const { fake, token } = createFurnishedTower();
    expect((await fake.handle(requestOf(path, {}, token))).status).toBe(404);
  });

  test("gives 404 for another method as well", async () => {
    const { fake, token } = createFurnishedTower();
    expect((await rest(fake, "get-version", {}, token)).status).toBe(404);
    const got = await fake.handle(requestOf("/v2/api/get-vms", undefined, token, { method: "GET" }));
    expect(got.status).toBe(404);
  });
});

describe("a virtual machine that is locked", () => {
  test("refuses changes as documented, until it is free again", async () => {
    const { fake, key } = createFurnishedTower();
    const [{ id } = { id: "" }] = fake.vms;
    fake.lockVm(id);
    const { status, body } = await rest(fake, "remove-vm-disk", { where: { id }, ...disk }, key);
    expect([status, body]).toEqual([
      400,
      {
        path: "/remove-vm-disk",
        status: 400,
        message: `Resource [VM-${id}] locked`,
        props: { locked_resources: [{ id, type: "VM" }] },
        code: "ResourceLocked",
      },
    ]);
    expect((await rest(fake, "remove-vm-disk", { where: { id: fake.vms[1]?.id }, ...disk }, key)).status).toBe(200);
    fake.unlockVm(id);
    const free = await rest(fake, "remove-vm-disk", { where: { id }, ...disk }, key);
    expect([free.status, free.body]).toEqual([200, [{ task_id: expect.stringMatching(anId), data: expect.objectContaining({ id }) }]]);
  });
});

describe("a call that a test defines", () => {
  test("answers what the test gives, for a good credential only", async () => {
    const { fake, key } = createFurnishedTower();
    fake.serve("get-clusters", async (body) => [{ id: "c1", asked: body }]);
    const { status, body, response } = await rest(fake, "get-clusters", { where: { id: "c1" } }, key);
    expect([status, body]).toEqual([200, [{ id: "c1", asked: { where: { id: "c1" } } }]]);
    expect(response.headers.get("x-tower-request-id")).toMatch(anId);
    expect((await rest(fake, "get-clusters", {})).status).toBe(401);
    expect(fake.requests.map(({ operationName }) => operationName)).toEqual(["get-clusters", "get-clusters"]);
  });

  test.each<[unknown, string]>([
    [new Error("broken"), "broken"],
    ["text", "text"],
  ])("answers 500 for what it throws", async (thrown, message) => {
    const { fake, key } = createFurnishedTower();
    fake.serve("get-vms", () => {
      throw thrown;
    });
    const { status, body } = await rest(fake, "get-vms", {}, key);
    expect([status, body]).toEqual([500, refusal(500, "/get-vms", message)]);
  });
});
