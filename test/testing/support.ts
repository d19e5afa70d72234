import { readdirSync, readFileSync } from "node:fs";
import { createFakeLumar, type FakeLumar, type FakeLumarOptions } from "keylight/testing";

/** An instant that every fake of these tests starts at. */
export const start = Date.parse("2024-05-06T07:08:09.010Z");
export const day = 24 * 60 * 60 * 1000;
export const endpoint = "https://api.lumar.io/graphql";

/** The operations that keylight itself sends, all in one document. */
const folder = new URL("../../graphql/lumar/operations/", import.meta.url);
export const operations = readdirSync(folder)
  .map((file) => readFileSync(new URL(file, folder), "utf8"))
  .join("\n");

export const b401 = {
  errors: [
    {
      message: "Unauthorized. Please provide a valid authentication token.",
      extensions: { code: "UNAUTHENTICATED" },
    },
  ],
  data: null,
};

export interface Credential {
  readonly token?: string | undefined;
  readonly apiKey?: string | undefined;
}

export interface Result {
  readonly status: number;
  // Tests read answers of any shape; a wrong path shows up as a failed expectation.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
  readonly response: Response;
}

/** A fake with a clock that the test moves. */
export function createClockedFake(options: FakeLumarOptions = {}) {
  const clock = { time: start };
  const fake = createFakeLumar({ now: () => clock.time, ...options });
  return { fake, clock };
}

export function requestOf(body: unknown, { token, apiKey }: Credential = {}, init: RequestInit = {}): Request {
  const headers = new Headers({ "content-type": "application/json" });
  if (token !== undefined) headers.set("x-auth-token", token);
  if (apiKey !== undefined) headers.set("x-api-key", apiKey);
  return new Request(endpoint, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body), ...init });
}

/** Sends one operation: the name of one of keylight's own, or the text of another. */
export async function send(
  fake: FakeLumar,
  operation: string,
  variables: Record<string, unknown> = {},
  credential: Credential = {},
): Promise<Result> {
  const body = /^\w+$/.test(operation)
    ? { query: operations, operationName: operation, variables }
    : { query: operation, variables };
  const response = await fake.handle(requestOf(body, credential));
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text), response };
}

export async function login(fake: FakeLumar, userKey = fake.userKey): Promise<{ token: string }> {
  const { body } = await send(fake, "LoginWithUserKey", { userKeyId: userKey.id, secret: userKey.secret });
  return { token: body.data.createSessionUsingUserKey.token };
}

export async function createServiceAccount(fake: FakeLumar, credential: Credential, input: Record<string, unknown> = {}) {
  const full = { accountId: fake.account.id, name: "Deploys", roleCode: "Viewer", ...input };
  const { body } = await send(fake, "CreateServiceAccount", { input: full }, credential);
  return body.data.createServiceAccount.serviceAccount;
}

export async function createKey(fake: FakeLumar, credential: Credential, serviceAccountId: string, input: Record<string, unknown> = {}) {
  const { body } = await send(fake, "CreateServiceAccountKey", { input: { serviceAccountId, ...input } }, credential);
  return body.data.createServiceAccountKey;
}

/** A fake with an Admin's session, a service account and one key of it. */
export async function createFurnishedFake(options: FakeLumarOptions = {}, roleCode = "Viewer") {
  const { fake, clock } = createClockedFake(options);
  const admin = await login(fake);
  const serviceAccount = await createServiceAccount(fake, admin, { roleCode });
  const key = await createKey(fake, admin, serviceAccount.id, { name: "CI" });
  return { fake, clock, admin, serviceAccount, key, apiKey: { apiKey: String(key.secret) } };
}

/** The answer to a refusal: status 200 and one error. */
export function refusal(field: string, code: string, message: string, data: unknown = null) {
  return { errors: [{ message, path: [field], extensions: { code } }], data };
}

export function numberIn(id: string): number {
  return Number(/\d+$/.exec(Buffer.from(id, "base64url").toString())?.[0]);
}
