import { tracingChannel } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { trace, SpanStatusCode } from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Client, type LoginEvent, type RequestEvent } from "keylight";
import { createFakeLumar, type FakeLumar } from "keylight/testing";
import { traceKeylight } from "../../examples/opentelemetry.ts";

type Told = { phase: string; event: RequestEvent | LoginEvent };

/** Hears everything that a channel says, in order, as it was when it was said. */
function listenTo<E extends RequestEvent | LoginEvent>(name: string): { told: Told[]; objects: Set<object>; stop: () => void } {
  const told: Told[] = [];
  const objects = new Set<object>();
  const hear = (phase: string) => (event: E) => {
    objects.add(event);
    told.push({ phase, event: { ...event } });
  };
  const handlers = { start: hear("start"), end: hear("end"), asyncStart: hear("asyncStart"), asyncEnd: hear("asyncEnd"), error: hear("error") };
  const channel = tracingChannel<unknown, E>(name);
  channel.subscribe(handlers);
  return { told, objects, stop: () => { channel.unsubscribe(handlers); } };
}

let fake: FakeLumar;
let listening: Awaited<ReturnType<FakeLumar["listen"]>>;
let client: Client;

beforeEach(async () => {
  fake = createFakeLumar();
  listening = await fake.listen();
  client = new Client({ endpoint: listening.url, userKey: fake.userKey, env: {} });
});
afterEach(async () => {
  await client.close();
  await listening.close();
});

describe("the channel keylight:request", () => {
  it("tells of one call in one event, from its start to its end", async () => {
    await client.me();
    const { told, objects, stop } = listenTo<RequestEvent>("keylight:request");
    await client.me();
    stop();
    expect(told.map(({ phase }) => phase)).toEqual(["start", "end", "asyncStart", "asyncEnd"]);
    expect(objects.size).toBe(1);
    expect(told[0]?.event).toMatchObject({ operationName: "Me", kind: "query", url: listening.url, attempt: 0 });
    expect(told.at(-1)?.event).toMatchObject({ attempt: 1, status: 200 });
  });

  it("counts the requests of a call, and tells the error that the caller gets", async () => {
    await client.me();
    const { told, stop } = listenTo<RequestEvent>("keylight:request");
    fake.failNext([{ status: 503 }, { status: 503 }, { status: 503, headers: { "x-request-id": "req-7" } }]);
    const error: unknown = await client.me().catch((failure: unknown) => failure);
    stop();
    expect(told.find(({ phase }) => phase === "error")?.event.error).toBe(error);
    expect(told.at(-1)?.event).toMatchObject({ attempt: 3, status: 503, requestId: "req-7" });
  });

  it("never tells a credential, a variable or a result", async () => {
    const requests = listenTo<RequestEvent>("keylight:request");
    const logins = listenTo<LoginEvent>("keylight:login");
    const account = await client.serviceAccounts.create({ accountId: fake.account.id, name: "hidden-name", roleCode: "Viewer" });
    const key = await client.serviceAccounts.keys.create(account.id);
    requests.stop();
    logins.stop();
    const said = inspect([requests.told, logins.told, [...requests.objects]], { depth: 10, showHidden: true });
    const token = fake.requests.find(({ headers }) => headers["x-auth-token"] !== undefined)?.headers["x-auth-token"] ?? "";
    expect(token).not.toBe("");
    for (const secret of [fake.userKey.secret, token, key.apiKey.reveal(), "hidden-name"]) expect(said).not.toContain(secret);
  });

  it("changes nothing for a call that is aborted", async () => {
    const { told, stop } = listenTo<RequestEvent>("keylight:request");
    const reason = new Error("enough");
    await expect(client.me({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    stop();
    expect(told.map(({ phase }) => phase)).toContain("error");
  });
});

describe("the channel keylight:login", () => {
  it("tells of each login request, with its status when it failed", async () => {
    const { told, objects, stop } = listenTo<LoginEvent>("keylight:login");
    fake.failNext({ status: 503 });
    await client.me();
    stop();
    expect(objects.size).toBe(2);
    expect(told.filter(({ phase }) => phase === "start").map(({ event }) => event.attempt)).toEqual([1, 2]);
    expect(told.find(({ phase }) => phase === "error")?.event.status).toBe(503);
  });
});

describe("the OpenTelemetry bridge of the examples", () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  beforeAll(() => {
    trace.setGlobalTracerProvider(provider);
    traceKeylight();
  });
  afterAll(async () => {
    trace.disable();
    await provider.shutdown();
  });

  it("makes a span for each call, ended, with its status and attempts", async () => {
    exporter.reset();
    await client.me();
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ name }) => name)).toEqual(["LoginWithUserKey", "Me"]);
    expect(spans[1]?.attributes).toMatchObject({ "http.response.status_code": 200, "keylight.attempts": 1, "url.full": listening.url });
  });

  it("marks the span of a call that failed with the error's code", async () => {
    exporter.reset();
    await client.accounts.get(4711).catch(() => undefined);
    fake.failNext({ status: 403 });
    await client.me().catch(() => undefined);
    const failed = exporter.getFinishedSpans().filter(({ status }) => status.code === SpanStatusCode.ERROR);
    expect(failed.map(({ status }) => status.message)).toEqual(["PERMISSION_DENIED"]);
  });
});
