import { describe, expect, test } from "vitest";
import { ConfigurationError, NotFoundError, ResponseFormatError, UnexpectedRedirectError } from "keylight";
import { LumoAuthClient, type LumoAuthOptions } from "keylight/lumoauth";
import { canary } from "../oracle/oracle.ts";
import { answering, bareServer, clientAt, defined, expectHidden, failure, key, page, refusal, thrown, wrong } from "./support.ts";

const made = (options: LumoAuthOptions): LumoAuthClient => new LumoAuthClient({ env: {}, apiKey: key, ...options });
const plainKey = canary("a-key-of-an-older-server");
const orgId = "3f6d2b0a-93b1-4e0f-8a52-0f1c7f6f2a10";

describe("where the API and the portal are", () => {
  test.each<[string, LumoAuthOptions, string, string]>([
    ["the default", { tenant: "acme-corp" }, "https://app.lumoauth.dev/t/acme-corp/api/v1/", "https://app.lumoauth.dev/t/acme-corp/portal/settings/api-keys"],
    ["another region", { baseUrl: "https://eu.app.lumoauth.dev/", tenant: "acme" }, "https://eu.app.lumoauth.dev/t/acme/api/v1/", "https://eu.app.lumoauth.dev/t/acme/portal/settings/api-keys"],
    ["below a path", { baseUrl: "https://id.example/auth//", tenant: "acme" }, "https://id.example/auth/t/acme/api/v1/", "https://id.example/auth/t/acme/portal/settings/api-keys"],
    ["the newer prefix", { pathPrefix: `/orgs/${orgId}/api/v1` }, `https://app.lumoauth.dev/orgs/${orgId}/api/v1/`, `https://app.lumoauth.dev/orgs/${orgId}/portal/settings/api-keys`],
    ["the newer prefix with a slash behind", { pathPrefix: `/orgs/${orgId}/api/v1/` }, `https://app.lumoauth.dev/orgs/${orgId}/api/v1/`, `https://app.lumoauth.dev/orgs/${orgId}/portal/settings/api-keys`],
    ["the newer prefix with the tenant to fill in", { pathPrefix: "/orgs/{tenant}/api/v1", tenant: orgId }, `https://app.lumoauth.dev/orgs/${orgId}/api/v1/`, `https://app.lumoauth.dev/orgs/${orgId}/portal/settings/api-keys`],
    ["another version", { pathPrefix: "/t/acme/api/v2" }, "https://app.lumoauth.dev/t/acme/api/v2/", "https://app.lumoauth.dev/t/acme/portal/settings/api-keys"],
    ["the environment", { env: { LUMOAUTH_URL: "http://localhost:8000", LUMOAUTH_TENANT: " acme " } }, "http://localhost:8000/t/acme/api/v1/", "http://localhost:8000/t/acme/portal/settings/api-keys"],
    ["options before the environment", { baseUrl: "https://id.example", tenant: "b", env: { LUMOAUTH_URL: "http://localhost:8000", LUMOAUTH_TENANT: "a" } }, "https://id.example/t/b/api/v1/", "https://id.example/t/b/portal/settings/api-keys"],
    ["a prefix before the environment's tenant", { pathPrefix: "/t/b/api/v1", env: { LUMOAUTH_TENANT: "a" } }, "https://app.lumoauth.dev/t/b/api/v1/", "https://app.lumoauth.dev/t/b/portal/settings/api-keys"],
    ["a path that begins like a host", { baseUrl: "https://id.example//evil.example", tenant: "acme" }, "https://id.example//evil.example/t/acme/api/v1/", "https://id.example//evil.example/t/acme/portal/settings/api-keys"],
  ])("%s", (_, options, endpoint, portal) => {
    const client = made(options);
    expect([client.endpoint, client.apiKeysPortalUrl]).toEqual([endpoint, portal]);
  });

  test("requests go below the prefix, and below the path of the server", async () => {
    const { url, visits } = await bareServer(() => page([]));
    await clientAt({ url: `${url}/auth`, visits }).users.list().toArray();
    await clientAt({ url, visits }, { pathPrefix: `/orgs/${orgId}/api/v1` }).request("GET", "/admin/permissions");
    expect(visits.map(({ path }) => path)).toEqual(["/auth/t/acme/api/v1/admin/users", `/orgs/${orgId}/api/v1/admin/permissions`]);
  });
});

describe("an address that leads elsewhere is refused, without showing a key", () => {
  test.each<[string, LumoAuthOptions, string]>([
    ["no tenant", {}, "there is no tenant"],
    ["an empty tenant", { tenant: "", env: { LUMOAUTH_TENANT: "acme" } }, "tenant must be the slug"],
    ["null for a tenant", wrong({ tenant: null, env: { LUMOAUTH_TENANT: "acme" } }), "tenant must be the slug"],
    ["a tenant with a slash", { tenant: "acme/../other" }, "tenant must be the slug"],
    ["a tenant that is a step back", { tenant: ".." }, "tenant must be the slug"],
    ["a tenant that is encoded", { tenant: "%2e%2e" }, "tenant must be the slug"],
    ["a tenant with a query", { tenant: "acme?x" }, "tenant must be the slug"],
    ["a tenant with a fragment", { tenant: "acme#" }, "tenant must be the slug"],
    ["a tenant with a backslash", { tenant: "acme\\x" }, "tenant must be the slug"],
    ["a tenant with a line break", { tenant: "ac\nme" }, "tenant must be the slug"],
    ["the placeholder", { tenant: "{tenantSlug}" }, "tenant must be the slug"],
    ["a key for a tenant", { tenant: key }, "tenant must be the slug"],
    ["a key for the environment's tenant", { env: { LUMOAUTH_TENANT: key } }, "LUMOAUTH_TENANT must be the slug"],
    ["a number for a tenant", wrong({ tenant: 5 }), "tenant must be the slug"],
    ["a prefix without a slash", { pathPrefix: "orgs/1/api/v1" }, "pathPrefix must be a plain path"],
    ["an empty prefix", { pathPrefix: "" }, "pathPrefix must be a plain path"],
    ["a prefix that names a host", { pathPrefix: "//evil.example/api/v1" }, "pathPrefix must be a plain path"],
    ["a prefix that is a URL", { pathPrefix: "https://evil.example/api/v1" }, "pathPrefix must be a plain path"],
    ["a prefix with a step back", { pathPrefix: "/t/acme/../other/api/v1" }, "pathPrefix must be a plain path"],
    ["a prefix with an encoded step back", { pathPrefix: "/t/acme/%2e%2e/api/v1" }, "pathPrefix must be a plain path"],
    ["a prefix with a half encoded step back", { pathPrefix: "/t/acme/.%2E/api/v1" }, "pathPrefix must be a plain path"],
    ["a prefix with an encoded slash", { pathPrefix: "/t/acme%2f..%2fother/api/v1" }, "pathPrefix must be a plain path"],
    ["a prefix with a query", { pathPrefix: "/t/acme/api/v1?x=1" }, "pathPrefix must be a plain path"],
    ["a prefix with white space", { pathPrefix: "/t/acme /api/v1" }, "pathPrefix must be a plain path"],
    ["a prefix as the documentation writes it", { pathPrefix: "/orgs/{orgId}/api/v1" }, "pathPrefix must be a plain path"],
    ["a prefix with a key", { pathPrefix: `/orgs/${key}/api/v1` }, "pathPrefix must be a plain path"],
    ["a prefix whose tenant leads back", { pathPrefix: "/orgs/{tenant}/api/v1", tenant: ".." }, "tenant must be the slug"],
    ["plain http to another machine", { baseUrl: "http://id.example", tenant: "acme" }, "baseUrl must be https"],
    ["plain http in the environment", { env: { LUMOAUTH_URL: "http://id.example", LUMOAUTH_TENANT: "acme" } }, "LUMOAUTH_URL must be https"],
    ["no scheme", { baseUrl: "app.lumoauth.dev", tenant: "acme" }, "baseUrl is not a URL"],
    ["an empty server", { baseUrl: "", tenant: "acme", env: { LUMOAUTH_URL: "https://id.example" } }, "baseUrl is not a URL"],
    ["null for a server", wrong({ baseUrl: null, tenant: "acme", env: { LUMOAUTH_URL: "https://id.example" } }), "baseUrl is not a URL"],
    ["user info", { baseUrl: `https://x:${key}@id.example`, tenant: "acme" }, "baseUrl holds a user name or a password"],
    ["a query", { baseUrl: "https://id.example/?a=b", tenant: "acme" }, "baseUrl must have no query"],
    ["a key in the query", { baseUrl: `https://id.example/?a=${key}`, tenant: "acme" }, "baseUrl holds a secret"],
    ["a key without the prefix in the query", { baseUrl: `https://id.example/?a=${plainKey}`, tenant: "acme", apiKey: plainKey }, "baseUrl holds a secret"],
    ["a key without the prefix for a tenant", { tenant: plainKey, apiKey: plainKey }, "tenant must be the slug"],
    ["a key in the path", { baseUrl: `https://id.example/${key}`, tenant: "acme" }, "baseUrl holds a secret"],
    ["the whole address of the API", { baseUrl: "https://app.lumoauth.dev/t/acme/api/v1", tenant: "acme" }, "baseUrl must be the server alone"],
    ["the whole address of the newer API", { baseUrl: "https://app.lumoauth.dev/orgs/1/api/v1/", tenant: "acme" }, "baseUrl must be the server alone"],
  ])("%s", (_, options, message) => {
    const error = thrown(ConfigurationError, () => made(options));
    expect(error.message).toContain(message);
    expectHidden(error, [key, plainKey]);
  });

  test.each(["../../../etc", "admin/%2e%2e/users", "https://evil.example/", "//evil.example/", "admin\\users", "admin/users#x", "", "admin/..;/users/.."])(
    "a path %j that leads out of the prefix is not called",
    async (path) => {
      const { client, visits } = await answering(page([]));
      await failure(client.request("GET", path), ConfigurationError);
      expect(visits).toEqual([]);
    },
  );
});

describe("a server that lies elsewhere", () => {
  test("answers 404 to the prefix, and the hint names pathPrefix", async () => {
    const told = await answering(refusal(404, "tenant_not_found", "Tenant not found"));
    expect(await failure(told.client.users.list().toArray(), NotFoundError)).toMatchObject({ status: 404, serviceCode: "tenant_not_found", hint: expect.stringContaining("pathPrefix") });
    const page404 = await answering({ status: 404, body: "<html>Not Found</html>", headers: { "content-type": "text/html" } });
    expect(await failure(page404.client.users.list().toArray(), ResponseFormatError)).toMatchObject({ status: 404, hint: expect.stringContaining("pathPrefix") });
    expect([told.visits.length, page404.visits.length]).toEqual([1, 1]);
  });

  test("answers with the page of its web application, and the hint names pathPrefix", async () => {
    const { client } = await answering({ body: "<!doctype html><title>LumoAuth</title>", headers: { "content-type": "text/html" } });
    expect((await failure(client.users.list().toArray(), ResponseFormatError)).hint).toContain("pathPrefix");
  });

  test("redirects, and is not followed: the other host gets nothing", async () => {
    const elsewhere = await bareServer(() => page([]));
    for (const status of [301, 302, 307, 308]) {
      const { client, visits } = await answering({ status, headers: { location: `${elsewhere.url}/t/acme/api/v1/admin/users` } });
      const error = await failure(client.users.create({ email: "a@b.example" }), UnexpectedRedirectError);
      expect([error.targetOrigin, defined(visits[0]).method, visits.length]).toEqual([elsewhere.url, "POST", 1]);
    }
    expect(elsewhere.visits).toEqual([]);
  });
});
