import { describe, expect, test } from "vitest";
import { ConfigurationError, UnexpectedRedirectError } from "keylight";
import { CloudTowerClient, type CloudTowerOptions } from "keylight/cloudtower";
import { canary } from "../oracle/oracle.ts";
import { bareServer, clientAt, expectHidden, failure, fakeTower, json, listeningTower, operationsAt, thrown, wrong } from "./support.ts";

const apiKey = "key-for-endpoint-tests";

function rootAt(endpoint: string, options: CloudTowerOptions = {}): string {
  return clientAt(endpoint, { apiKey, ...options }).endpoint;
}

describe("an endpoint is taken in any form that people paste", () => {
  test.each([
    ["tower.example.com", "https://tower.example.com/v2/api/"],
    ["tower.example.com/", "https://tower.example.com/v2/api/"],
    ["tower.example.com:8443", "https://tower.example.com:8443/v2/api/"],
    ["  tower.example.com\n", "https://tower.example.com/v2/api/"],
    ["https://tower.example.com", "https://tower.example.com/v2/api/"],
    ["HTTPS://Tower.Example.COM/", "https://tower.example.com/v2/api/"],
    ["https:/tower.example.com", "https://tower.example.com/v2/api/"],
    ["https://tower.example.com/api", "https://tower.example.com/v2/api/"],
    ["https://tower.example.com/api/", "https://tower.example.com/v2/api/"],
    ["tower.example.com/v2/api", "https://tower.example.com/v2/api/"],
    ["tower.example.com/v2/api//", "https://tower.example.com/v2/api/"],
    ["https://tower.example.com/#/vms", "https://tower.example.com/v2/api/"],
    ["https://tower.example.com/?lang=en", "https://tower.example.com/v2/api/"],
    ["192.168.1.10", "https://192.168.1.10/v2/api/"],
    ["[2001:db8::1]:8443", "https://[2001:db8::1]:8443/v2/api/"],
    ["2001:db8::1", "https://[2001:db8::1]/v2/api/"],
    ["2001:DB8::1/api", "https://[2001:db8::1]/v2/api/"],
    ["::ffff:192.168.1.10", "https://[::ffff:c0a8:10a]/v2/api/"],
    ["https://proxy.example.com/tower", "https://proxy.example.com/tower/v2/api/"],
    ["https://proxy.example.com/tower/api/", "https://proxy.example.com/tower/v2/api/"],
    ["proxy.example.com/a/b/v2/api", "https://proxy.example.com/a/b/v2/api/"],
    ["https://proxy.example.com/my-api", "https://proxy.example.com/my-api/v2/api/"],
    ["http://127.0.0.1:4000", "http://127.0.0.1:4000/v2/api/"],
    ["http://[::1]:4000/api", "http://[::1]:4000/v2/api/"],
  ])("%j is %s", (given, root) => {
    expect(rootAt(given)).toBe(root);
    expect(new CloudTowerClient({ env: { CLOUDTOWER_ENDPOINT: given } }).endpoint).toBe(root);
  });

  test.each(["https://tower.example.com//api//", "https://tower.example.com//", "https://tower.example.com//evil.example//x"])(
    "doubled slashes name no other host: %s",
    (given) => {
      expect(new URL(rootAt(given)).host).toBe("tower.example.com");
    },
  );

  test("an option goes before the variable", () => {
    expect(rootAt("a.example.com", { env: { CLOUDTOWER_ENDPOINT: "b.example.com" } })).toBe("https://a.example.com/v2/api/");
  });
});

describe("an endpoint is refused, by its name and without being quoted", () => {
  test.each([
    "",
    " ",
    "ftp://tower.example.com",
    "file:///tower.example.com",
    "ws://tower.example.com",
    "javascript:alert(1)",
    "tower example.com",
    "2001:db8::1::2",
    "https://",
    "https://ann:canary-of-the-address@tower.example.com",
    "ann:canary-of-the-address@tower.example.com",
    "canary-of-the-address@tower.example.com",
    "https://tower.example.com/?token=canary-of-the-address",
    "tower.example.com/?x=canary-of-the-address",
    "http://tower.example.com",
    "http:tower.example.com",
    "http://192.168.1.10/api/",
    5,
    null,
    {},
  ])("%j", (endpoint) => {
    const secret = canary("canary-of-the-address");
    const error = thrown(ConfigurationError, () => new CloudTowerClient(wrong({ endpoint, env: {}, apiKey: secret })));
    expect(error.message).toMatch(/^endpoint /);
    expectHidden(error, [secret]);
    if (typeof endpoint !== "string" || endpoint.trim() === "") return;
    const fromVariable = thrown(ConfigurationError, () => new CloudTowerClient({ env: { CLOUDTOWER_ENDPOINT: endpoint, CLOUDTOWER_TOKEN: secret } }));
    expect(fromVariable.message).toMatch(/^CLOUDTOWER_ENDPOINT /);
    expectHidden(fromVariable, [secret]);
  });

  test("when there is none, and an empty variable is none", () => {
    for (const env of [{}, { CLOUDTOWER_ENDPOINT: " " }]) {
      expect(thrown(ConfigurationError, () => new CloudTowerClient({ env })).hint).toContain("CLOUDTOWER_ENDPOINT");
    }
  });
});

describe("plain http", () => {
  test("to another machine must be asked for, which the error says how", () => {
    const error = thrown(ConfigurationError, () => new CloudTowerClient({ endpoint: "http://tower.example.com/api/", env: {} }));
    expect(error.hint).toContain("allowHttp: true");
    expect(rootAt("http://tower.example.com/api/", { allowHttp: true })).toBe("http://tower.example.com/v2/api/");
  });

  test.each(["true", 1, {}])("allowHttp: %j does not ask for it", (allowHttp) => {
    thrown(ConfigurationError, () => new CloudTowerClient(wrong({ endpoint: "http://tower.example.com", env: {}, allowHttp })));
  });

  test("is never what an address without a scheme means, whatever allowHttp says", () => {
    expect(rootAt("tower.example.com", { allowHttp: true })).toBe("https://tower.example.com/v2/api/");
  });

  test("works where it is allowed", async () => {
    const fake = fakeTower({ endpoint: "http://tower.example" });
    const client = clientAt("http://tower.example", { allowHttp: true, apiKey: fake.createApiKey().key });
    expect(await client.post("get-vms")).toHaveLength(2);
  });
});

describe("both APIs are below the address", () => {
  test("a reverse proxy's prefix stays before both", async () => {
    const { fake, endpoint } = await listeningTower({ endpoint: "https://proxy.example/tower" });
    const client = clientAt(endpoint, { token: fake.issueToken() });
    await client.post("get-vms");
    await client.apiKeys.create({ name: "prefixed" });
    expect(fake.requests.map(({ path }) => path)).toEqual(["/tower/v2/api/get-vms", "/tower/api/"]);
  });

  test("GraphQL is at /api/ by default, and where graphqlPath says", async () => {
    const fake = fakeTower();
    const token = fake.issueToken();
    await clientAt(fake.endpoint, { token }).apiKeys.create({ name: "a" });
    await clientAt(fake.endpoint, { token, graphqlPath: "/api" }).apiKeys.create({ name: "b" });
    expect(fake.requests.map(({ path }) => path)).toEqual(["/api/", "/api"]);
  });

  test.each(["api", "", "//evil.example/api", "/api//", "/../admin", "/api/..", "/api?x=1", "/api#x", "\\api", "/a b", "/%2e%2e/x", 5, null])(
    "graphqlPath %j is refused",
    (graphqlPath) => {
      const error = thrown(ConfigurationError, () => new CloudTowerClient(wrong({ endpoint: "tower.example.com", env: {}, graphqlPath })));
      expect(error.message).toContain("graphqlPath");
    },
  );
});

describe("no redirect is followed", () => {
  test.each([301, 302, 303, 307, 308])("%i to another origin: it sees nobody, for a login and for calls", async (status) => {
    const elsewhere = await bareServer((_seen, response) => {
      json(response, {});
    });
    const server = await bareServer((_seen, response) => {
      response.writeHead(status, { location: `${elsewhere.endpoint}/v2/api/login?secret=1` }).end();
    });
    const password = canary("redirected-password-1");
    const login = await failure(clientAt(server.endpoint, { login: { username: "root", password } }).post("get-vms"), Error);
    expect(login).toMatchObject({ code: "LOGIN_FAILED", retryable: false, cause: { code: "UNEXPECTED_REDIRECT" } });
    expect(login.message).toContain(elsewhere.endpoint);
    expect(server.to("/v2/api/login")).toHaveLength(1);

    const key = canary("redirected-key-1");
    const client = clientAt(server.endpoint, { apiKey: key });
    expect(await failure(client.post("get-vms"), UnexpectedRedirectError)).toMatchObject({ targetOrigin: elsewhere.endpoint });
    expect(await failure(client.post("start-vm"), UnexpectedRedirectError)).toMatchObject({ mayHaveExecuted: status < 307 });
    expect(await failure(client.request("{ a }"), UnexpectedRedirectError)).toMatchObject({ targetOrigin: elsewhere.endpoint });
    expect(elsewhere.seen).toHaveLength(0);
  });

  test("from http to https, as appliances do it: the error names the https origin, and the password went out once", async () => {
    const fake = fakeTower({ endpoint: "http://tower.example", redirectHttp: 301 });
    const client = clientAt("http://tower.example", { allowHttp: true, login: fake.user });
    const error = await failure(client.post("get-vms"), Error);
    expect(error.message).toContain("https://tower.example");
    expect(operationsAt(fake)).toHaveLength(1);
  });

  test("from /api to /api/", async () => {
    const fake = fakeTower({ redirectSlash: 308 });
    const client = clientAt(fake.endpoint, { token: fake.issueToken(), graphqlPath: "/api" });
    await failure(client.apiKeys.create({ name: "a" }), UnexpectedRedirectError);
    expect(fake.listApiKeys()).toHaveLength(0);
  });
});
