import { json, type Answer } from "../shared/answer.ts";
import { randomUrlSafe } from "../shared/random.ts";
import { formBody, required, type Call } from "./call.ts";
import { authenticateClient, mayLogIn, noteLogin, personOf, requestedScopes, requireGrantType, tokenAnswer } from "./oauth-client.ts";
import type { Settings } from "./options.ts";
import type { ClientRecord, DeviceRecord, TenantRecord } from "./records.ts";
import { Refusal } from "./refusal.ts";

/** The grant type of the device flow. */
export const deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code";

const consonants = "BCDFGHJKLMNPQRSTVWXZ";
const slowDownBy = 5_000;
// Timers fire a trifle early now and then.
const patience = 0.98;

/** Begins a device flow. */
export function authorizeDevice(call: Call, settings: Settings): Answer {
  const form = formBody(call);
  const client = authenticateClient(call, form);
  requireGrantType(client, deviceGrantType);
  const userCode = newUserCode();
  const device: DeviceRecord = {
    client,
    user: personOf(call.tenant),
    scopes: requestedScopes(form, client.scopes),
    deviceCode: randomUrlSafe(42),
    userCode,
    expiresAt: settings.now() + settings.deviceCodeLifetime,
    interval: settings.deviceInterval,
    polledAt: Number.NEGATIVE_INFINITY,
    verdict: "pending",
  };
  call.tenant.devices.set(device.deviceCode, device);
  const verificationUri = `${call.apiUrl}/oauth/device`;
  return json(200, {
    device_code: device.deviceCode,
    user_code: userCode,
    verification_uri: verificationUri,
    verification_uri_complete: `${verificationUri}?user_code=${userCode}`,
    expires_in: settings.deviceCodeLifetime / 1000,
    interval: device.interval / 1000,
  });
}

/** Answers a poll of the token endpoint. */
export function pollDevice({ tenant }: Call, form: URLSearchParams, client: ClientRecord, settings: Settings): Answer {
  const device = tenant.devices.get(required(form, "device_code"));
  if (device?.client !== client) throw new Refusal(400, "invalid_grant", "Invalid device code");
  const now = settings.now();
  if (now >= device.expiresAt) throw new Refusal(400, "expired_token", "The device code has expired");
  const isTooEarly = now - device.polledAt < device.interval * patience;
  device.polledAt = now;
  if (isTooEarly) {
    device.interval += slowDownBy;
    const seconds = String(device.interval / 1000);
    throw new Refusal(400, "slow_down", `Polling too frequently. Please wait ${seconds} seconds between requests.`);
  }
  if (device.verdict === "pending") throw new Refusal(400, "authorization_pending", "The user has not yet completed authorization");
  tenant.devices.delete(device.deviceCode);
  if (device.verdict === "denied" || !mayLogIn(device.user)) {
    throw new Refusal(400, "access_denied", "The user denied the authorization request");
  }
  noteLogin(device, now);
  return tokenAnswer(tenant, device);
}

/** Decides on a device, as a person would who has typed in its code. @throws Error if no device waits with this code. */
export function decideOnDevice(tenants: readonly TenantRecord[], userCode: string, verdict: "approved" | "denied"): void {
  const devices = tenants.flatMap((tenant) => [...tenant.devices.values()]);
  const device = devices.find((one) => one.userCode === userCode.toUpperCase());
  if (device === undefined) throw new Error(`No device waits with the code ${userCode}.`);
  device.verdict = verdict;
}

function newUserCode(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(8));
  const letters = Array.from(bytes, (byte) => consonants.charAt(byte % consonants.length)).join("");
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
