import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { overNode } from "../../support/transport.ts";
import { serve, type Seen } from "./server.ts";
import { exchangeOf, open } from "./support.ts";

const served = () => serve((response) => response.end("{}"));
const bodiesOf = (seen: readonly Seen[]): string[] => seen.map(({ body }) => body).sort();

describe.runIf(overNode("a fetch sends when its runtime likes"))("requests of one turn of the event loop", () => {
  const send = async (url: URL, bodies: readonly string[], signal?: AbortSignal): Promise<PromiseSettledResult<unknown>[]> => {
    const transport = await open();
    const sent = bodies.map((body, index) => transport.send({ url, method: "POST", headers: {}, body }, exchangeOf(index === 1 && signal !== undefined ? { signal } : {})));
    return Promise.allSettled(sent);
  };

  test("all go out, each with its own body", async () => {
    const { url, seen } = await served();
    const settled = await send(url, ["a", "b", "c", "d"]);
    expect(settled.every(({ status }) => status === "fulfilled")).toBe(true);
    expect(bodiesOf(seen)).toEqual(["a", "b", "c", "d"]);
  });

  test("one that is aborted before the turn ends never goes out, and fails at once", async () => {
    const { url, seen } = await served();
    const controller = new AbortController();
    const settling = send(url, ["a", "b", "c"], controller.signal);
    await new Promise<void>((resolve) => { queueMicrotask(resolve); });
    controller.abort();
    const settled = await settling;
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(bodiesOf(seen)).toEqual(["a", "c"]);
  });

  test("one that cannot be put together fails alone", async () => {
    const { url, seen } = await served();
    const transport = await open();
    const settled = await Promise.allSettled(
      ["a", "b", "c"].map((body) => transport.send({ url, method: "POST", headers: body === "b" ? { "no name": "x" } : {}, body }, exchangeOf())),
    );
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(bodiesOf(seen)).toEqual(["a", "c"]);
  });

  test("each is made in the async context of its own call, where tracing looks for whom it is", async () => {
    const { url } = await served();
    const transport = await open();
    const call = new AsyncLocalStorage<string>();
    const found: [made: string | undefined, of: unknown][] = [];
    const look = (message: unknown): void => {
      const { request: made } = message as { request: ClientRequest };
      found.push([call.getStore(), made.getHeader("x-call")]);
    };
    subscribe("http.client.request.start", look);
    onTestFinished(() => void unsubscribe("http.client.request.start", look));
    const names = ["a", "b", "c", "d"];
    await Promise.all(names.map((name) => call.run(name, () => transport.send({ url, method: "POST", headers: { "x-call": name }, body: name }, exchangeOf()))));
    expect(found.sort()).toEqual(names.map((name) => [name, name]));
  });

  test("one that is alone does not wait for the turn's end", async () => {
    const { url } = await served();
    const transport = await open();
    const headers = {};
    await transport.send({ url, method: "POST", headers, body: "first" }, exchangeOf());
    const exchange = exchangeOf();
    const order: string[] = [];
    const phases = { get phase() { return exchange.phase; } };
    const sending = transport.send({ url, method: "POST", headers, body: "second" }, exchange);
    setImmediate(() => order.push(phases.phase));
    await sending;
    expect(order[0]).not.toBe("connect");
  });
});
