import { describe, expect, test } from "vitest";
import type { FakeLumoAuth } from "keylight/testing";
import { canary } from "../oracle/oracle.ts";
import { bearer, call, createClient, createClockedFake, form, host, minute, refresh, statusOf, type Result } from "./fake-lumoauth-support.ts";

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

describe("a device", () => {
  async function begin(fake: FakeLumoAuth, parameters: Record<string, string> = {}): Promise<Result["body"]> {
    const { body } = await form(fake, "device_authorization", { client_id: fake.clientId, ...parameters });
    return body;
  }
  const poll = async (fake: FakeLumoAuth, device_code: string, client_id = fake.clientId) =>
    form(fake, "token", { grant_type: deviceGrant, device_code: canary(device_code), client_id });

  test("gets a code for a person and one of its own", async () => {
    const { fake } = createClockedFake();
    const { status, body } = await form(fake, "device_authorization", { client_id: fake.clientId });
    const uri = `${host}${fake.tenant.pathPrefix}/oauth/device`;
    expect([status, body]).toEqual([
      200,
      {
        device_code: expect.any(String),
        user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
        verification_uri: uri,
        verification_uri_complete: `${uri}?user_code=${body.user_code}`,
        expires_in: 600,
        interval: 5,
      },
    ]);
  });

  test("waits until a person agrees, and gets tokens once", async () => {
    const { fake, clock } = createClockedFake();
    const { device_code, user_code } = await begin(fake, { scope: "openid admin" });
    const pending = await poll(fake, device_code);
    expect([pending.status, pending.body.error]).toEqual([400, "authorization_pending"]);
    clock.time += 5000;
    fake.approveDevice(user_code.toLowerCase());
    const { status, body } = await poll(fake, device_code);
    expect([status, body]).toEqual([
      200,
      { access_token: expect.any(String), token_type: "Bearer", expires_in: 3600, refresh_token: expect.any(String), scope: "openid admin" },
    ]);
    expect(await statusOf(fake, bearer(canary(body.access_token)))).toBe(200);
    expect((await refresh(fake, canary(body.refresh_token))).status).toBe(200);
    expect((await call(fake, `GET /admin/users/${fake.user.id}`)).body.data.loginCount).toBe(1);
    clock.time += 5000;
    expect((await poll(fake, device_code)).body.error).toBe("invalid_grant");
    expect(() => fake.approveDevice(user_code)).toThrow("No device waits");
  });

  test("that polls too often has to wait 5 s more each time", async () => {
    const { fake, clock } = createClockedFake();
    const { device_code, user_code } = await begin(fake);
    await poll(fake, device_code);
    fake.approveDevice(user_code);
    clock.time += 4000;
    const hasty = await poll(fake, device_code);
    expect([hasty.status, hasty.body]).toEqual([400, { error: "slow_down", error_description: "Polling too frequently. Please wait 10 seconds between requests." }]);
    clock.time += 5000;
    expect((await poll(fake, device_code)).body.error).toBe("slow_down");
    clock.time += 15_000;
    expect((await poll(fake, device_code)).status).toBe(200);
  });

  test("is told that the person said no", async () => {
    const { fake } = createClockedFake();
    const { device_code, user_code } = await begin(fake);
    fake.denyDevice(user_code);
    const denied = await poll(fake, device_code);
    expect([denied.status, denied.body.error]).toEqual([400, "access_denied"]);
  });

  test.each(["POST /admin/users/{id}/block", "DELETE /admin/users/{id}"])("gets nothing for a person who suffered %s meanwhile", async (what) => {
    const { fake } = createClockedFake();
    const { device_code, user_code } = await begin(fake);
    fake.approveDevice(user_code);
    await call(fake, what.replace("{id}", fake.user.id));
    expect((await poll(fake, device_code)).body.error).toBe("access_denied");
  });

  test("comes too late after 10 minutes or as long as the option says", async () => {
    for (const deviceCodeLifetime of [10 * minute, minute]) {
      const { fake, clock } = createClockedFake({ deviceCodeLifetime, deviceInterval: 1000 });
      const { device_code, user_code, expires_in, interval } = await begin(fake);
      expect([expires_in, interval]).toEqual([deviceCodeLifetime / 1000, 1]);
      fake.approveDevice(user_code);
      clock.time += deviceCodeLifetime;
      const late = await poll(fake, device_code);
      expect([late.status, late.body.error]).toEqual([400, "expired_token"]);
    }
  });

  test("of an unknown client, with a foreign code or a scope too many is refused", async () => {
    const { fake } = createClockedFake();
    const unknown = await form(fake, "device_authorization", { client_id: "nobody" });
    expect([unknown.status, unknown.body.error]).toEqual([401, "invalid_client"]);
    expect((await begin(fake, { scope: "everything" })).error).toBe("invalid_scope");
    const { device_code } = await begin(fake);
    const other = await createClient(fake, { isConfidential: false, grantTypes: [deviceGrant] });
    expect((await poll(fake, device_code, other.clientId)).body.error).toBe("invalid_grant");
    const plain = await createClient(fake, { isConfidential: false });
    expect((await begin(fake, { client_id: plain.clientId })).error).toBe("unauthorized_client");
  });
});
