import { readdirSync, readFileSync } from "node:fs";
import { createFakeCloudTower, type FakeCloudTower, type FakeCloudTowerOptions } from "keylight/testing";

/** An instant that every fake of these tests starts at. */
export const start = Date.parse("2024-05-06T07:08:09.010Z");
export const origin = "https://cloudtower.example";

/** 25 characters, as all ids have. */
export const anId = /^c[0-9a-z]{24}$/;

/** The operations that keylight itself sends, all in one document. */
const folder = new URL("../../graphql/cloudtower/operations/", import.meta.url);
export const operations = readdirSync(folder)
  .map((file) => readFileSync(new URL(file, folder), "utf8"))
  .join("\n");

export interface Result {
  readonly status: number;
  // Tests read answers of any shape; a wrong path shows up as a failed expectation.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
  readonly response: Response;
}

/** A fake with a clock that the test moves. */
export function createClockedTower(options: FakeCloudTowerOptions = {}) {
  const clock = { time: start };
  const fake = createFakeCloudTower({ now: () => clock.time, ...options });
  return { fake, clock };
}

/** A fake, a token of its first user and one API key of the same. */
export function createFurnishedTower(options: FakeCloudTowerOptions = {}) {
  const { fake, clock } = createClockedTower(options);
  return { fake, clock, token: fake.issueToken(), key: fake.createApiKey({ name: "CI" }).key };
}

export function requestOf(path: string, body?: unknown, credential?: string, init: RequestInit = {}): Request {
  const headers = new Headers({ "content-type": "application/json", ...(init.headers as Record<string, string> | undefined) });
  if (credential !== undefined) headers.set("authorization", credential);
  const text = typeof body === "string" || body === undefined ? (body ?? null) : JSON.stringify(body);
  return new Request(`${origin}${path}`, { method: "POST", body: text, ...init, headers });
}

async function resultOf(response: Response): Promise<Result> {
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text), response };
}

/** Calls the REST API. */
export async function rest(fake: FakeCloudTower, name: string, body?: unknown, credential?: string, init?: RequestInit): Promise<Result> {
  return resultOf(await fake.handle(requestOf(`/v2/api/${name}`, body, credential, init)));
}

/** Sends one operation: the name of one of keylight's own, or the text of another. */
export async function graphql(
  fake: FakeCloudTower,
  operation: string,
  variables: Record<string, unknown> = {},
  credential?: string,
  path = "/api/",
): Promise<Result> {
  const isOwn = /^\w+$/.test(operation);
  const body = isOwn ? { query: operations, operationName: operation, variables } : { query: operation, variables };
  return resultOf(await fake.handle(requestOf(path, body, credential)));
}

/** The REST API's body for what failed. */
export function refusal(status: number, path: string, message: unknown, rest: object = {}) {
  return { message, status, path, ...rest };
}

/** The GraphQL API's body for what failed as a whole. */
export function failed(code: string | number, message: unknown, data: unknown = null) {
  return { errors: [{ message, code }], data };
}
