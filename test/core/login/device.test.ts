import { describe, expect, onTestFinished, test } from "vitest";
import { deviceLogin, type DevicePrompt } from "../../../src/core/login/device-login.ts";
import { AuthenticationError, KeylightError } from "../../../src/errors/index.ts";
import { CallScope } from "../../../src/core/transport/scope.ts";
import { canary } from "../../oracle/oracle.ts";
import { endpointsOf, scriptedServer, type Scripted } from "./scripted.ts";
import { asTerminal, oauthOf, rejection } from "./support.ts";

const deviceCode = canary("a-device-code-that-nobody-may-see");
const token = canary("an-access-token-that-nobody-may-see");
const grant = { device_code: deviceCode, user_code: "ABCD-EFGH", verification_uri: "https://login.example.com/device", expires_in: 600, interval: 5 };
const tokens: Scripted = { body: { access_token: token, token_type: "Bearer", expires_in: 3600 } };
const refusal = (error: string, more = {}): Scripted => ({ status: 400, body: { error, ...more } });

/** Sleeps no longer than a blink, and notes how long it should have. */
class HurriedScope extends CallScope {
  readonly slept: number[] = [];

  override sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    return super.sleep(1);
  }
}

async function logIn(polls: Scripted[], code: object = grant) {
  const server = await scriptedServer(({ path }, before) => (path === "/device" ? { body: code } : (polls[before - 1] ?? { status: 500 })));
  const scope = new HurriedScope({ timeout: 10_000 });
  onTestFinished(() => { scope.dispose(); });
  const prompts: DevicePrompt[] = [];
  const session = deviceLogin(oauthOf({ issuer: server.issuer, endpoints: endpointsOf(server), scopes: ["a", "b"] }), { show: (prompt) => void prompts.push(prompt) }, scope);
  session.catch(() => undefined);
  return { session, server, scope, prompts };
}

describe("a login with a device code", () => {
  test("shows what to do, asks at the server's interval, slower when told so, and brings a session", async () => {
    const { session, server, scope, prompts } = await logIn([refusal("authorization_pending"), refusal("slow_down"), refusal("authorization_pending"), refusal("slow_down"), tokens]);
    expect((await session).token).toBe(token);
    expect(scope.slept).toEqual([5_000, 5_000, 10_000, 10_000, 15_000]);
    expect(prompts).toMatchObject([{ userCode: "ABCD-EFGH", verificationUri: "https://login.example.com/device", verificationUriComplete: undefined }]);
    const [first, ...polls] = server.asked;
    expect(Object.fromEntries(first?.form ?? [])).toEqual({ client_id: "keylight-test-client", scope: "a b" });
    for (const { form } of polls) {
      expect(Object.fromEntries(form)).toEqual({ client_id: "keylight-test-client", device_code: deviceCode, grant_type: "urn:ietf:params:oauth:grant-type:device_code" });
    }
  });

  test("asks every five seconds where the server does not say how often", async () => {
    const { session, scope } = await logIn([tokens], { ...grant, interval: undefined });
    await session;
    expect(scope.slept).toEqual([5_000]);
  });

  test("goes on after trouble that may pass, less often", async () => {
    const { session, scope } = await logIn([{ status: 503 }, { drop: true }, { status: 429, headers: { "retry-after": "30" } }, tokens]);
    await session;
    expect(scope.slept).toEqual([5_000, 10_000, 20_000, 40_000]);
  });

  test.each([["access_denied"], ["expired_token"], ["invalid_grant"], ["invalid_client"]])("ends with LOGIN_FAILED at %s, and asks no more", async (error) => {
    const { session, server } = await logIn([refusal("authorization_pending"), refusal(error, { error_description: `no: ${deviceCode}` }), tokens]);
    const failure = await rejection(session);
    expect(failure).toBeInstanceOf(AuthenticationError);
    expect(failure).toMatchObject({ code: "LOGIN_FAILED", serviceCode: error, status: 400, message: `the authorization server said ${error}: no: [redacted]` });
    expect(server.asked).toHaveLength(3);
  });

  test("ends when the code is over, without another poll", async () => {
    const { session, server } = await logIn([tokens], { ...grant, expires_in: 4 });
    expect(await rejection(session)).toMatchObject({ code: "LOGIN_FAILED", retryable: true });
    expect(server.asked).toHaveLength(1);
  });

  test("ends when its scope does", async () => {
    const { session, scope, server } = await logIn([{ ...tokens, delay: 5_000 }]);
    await expect.poll(() => server.asked.length).toBe(2);
    scope.end({ cause: "aborted", reason: "enough" });
    expect(await rejection(session)).toMatchObject({ end: { cause: "aborted", reason: "enough" } });
  });

  test.each([
    ["an address that no browser may get", { ...grant, verification_uri: "javascript:alert(1)" }],
    ["a file", { ...grant, verification_uri: "file:///etc/passwd" }],
    ["plain http elsewhere", { ...grant, verification_uri: "http://login.example.com/" }],
    ["a code that moves the cursor of a terminal", { ...grant, user_code: "\u001b[2JABCD" }],
    ["a code of many lines", { ...grant, user_code: "A\nB" }],
  ])("shows nobody %s", async (_name, code) => {
    const { session, prompts } = await logIn([tokens], code);
    expect(await rejection(session)).toMatchObject({ code: "LOGIN_FAILED" });
    expect(prompts).toEqual([]);
  });

  test.each([
    ["no code", { ...grant, device_code: undefined }],
    ["no lifetime", { ...grant, expires_in: undefined }],
    ["an interval that is no number", { ...grant, interval: "often" }],
    ["no object", [grant]],
  ])("fails at an answer with %s", async (_name, code) => {
    expect(await rejection((await logIn([], code)).session)).toBeInstanceOf(KeylightError);
  });

  test.each([
    ["", grant],
    ["and where the code need not be entered, ", { ...grant, verification_uri_complete: "https://login.example.com/device?user_code=ABCD-EFGH" }],
  ])("prints on standard error where to enter the code, %swhere that is a terminal", async (_name, code) => {
    const said = asTerminal();
    const server = await scriptedServer(({ path }) => (path === "/device" ? { body: code } : tokens));
    const scope = new HurriedScope({ timeout: 5_000 });
    onTestFinished(() => { scope.dispose(); });
    await deviceLogin(oauthOf({ issuer: server.issuer, endpoints: endpointsOf(server) }), {}, scope);
    expect(said()).toContain("Interactive login required.");
    expect(said()).toContain("enter the code ABCD-EFGH:\n\n    https://login.example.com/device\n");
    expect(said().includes("?user_code=")).toBe("verification_uri_complete" in code);
  });

  test("ends with the error of a show that fails", async () => {
    const server = await scriptedServer(() => ({ body: grant }));
    const scope = new HurriedScope({ timeout: 5_000 });
    onTestFinished(() => { scope.dispose(); });
    const reason = new Error("no screen");
    expect(await rejection(deviceLogin(oauthOf({ issuer: server.issuer, endpoints: endpointsOf(server) }), { show: () => Promise.reject(reason) }, scope))).toBe(reason);
    expect(server.asked).toHaveLength(1);
  });

  test("is refused where nobody would see the code", async () => {
    const server = await scriptedServer(() => ({ body: grant }));
    const scope = new CallScope({ timeout: 1_000 });
    const failure = await rejection(deviceLogin(oauthOf({ issuer: server.issuer, endpoints: endpointsOf(server) }), {}, scope));
    scope.dispose();
    expect(failure).toMatchObject({ code: "INTERACTION_REQUIRED" });
    expect(server.asked).toEqual([]);
  });
});
