import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConfigurationError, getDefaultClient as lumarDefault } from "keylight";
import { getDefaultClient, LumoAuthClient, setDefaultClient, withClient } from "keylight/lumoauth";
import { adminOf, fakeLumoAuth, thrown, wrong } from "./support.ts";

beforeEach(() => {
  for (const name of ["LUMOAUTH_URL", "LUMOAUTH_TENANT", "LUMOAUTH_API_KEY", "LC_LOG"]) vi.stubEnv(name, "");
  setDefaultClient(undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  setDefaultClient(undefined);
});

test("the default client is made from the environment at first use, and kept", async () => {
  const fake = fakeLumoAuth();
  vi.stubEnv("LUMOAUTH_TENANT", fake.tenant.slug);
  vi.stubEnv("LUMOAUTH_API_KEY", fake.apiKey);
  expect(await getDefaultClient().users.list().toArray()).toHaveLength(1);
  expect(getDefaultClient()).toBe(getDefaultClient());
  await getDefaultClient().close();
});

test("without a tenant in the environment it says what is missing", () => {
  expect(thrown(ConfigurationError, getDefaultClient).hint).toContain("LUMOAUTH_TENANT");
});

test("a client that is set is the default, one of a scope comes before it, across awaits, and no other service has it", async () => {
  const fake = fakeLumoAuth();
  const [one, other] = [adminOf(fake), adminOf(fake)];
  setDefaultClient(one);
  expect(getDefaultClient()).toBe(one);
  const inside = await withClient(other, async () => {
    await other.users.list().toArray();
    return getDefaultClient();
  });
  expect([inside, getDefaultClient()]).toEqual([other, one]);
  expect(lumarDefault()).not.toBe(one);
});

test("nothing in the place of a client is taken for one", () => {
  for (const value of [null, {}, "x", LumoAuthClient, { users: 1 }]) thrown(ConfigurationError, () => setDefaultClient(wrong(value)));
  thrown(ConfigurationError, () => withClient(wrong(undefined), () => 1));
});
