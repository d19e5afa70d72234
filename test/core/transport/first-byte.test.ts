import { execFile } from "node:child_process";
import { Socket } from "node:net";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { nodeTransport } from "../../../src/core/transport/node-http.ts";
import { overNode } from "../../support/transport.ts";
import { json, serve, until } from "./server.ts";
import { exchangeOf, exchangeWith, open } from "./support.ts";

/** How far a request has come, and what becomes of its connection. */
const ours = overNode("the runtime's fetch keeps its connections to itself");

test.runIf(ours)("the phases of a request come in order: connect, then headers, then body", async () => {
  const { url, seen } = await serve((response) => {
    setTimeout(() => {
      response.writeHead(200);
      response.write("{");
    }, 60);
    setTimeout(() => response.end("}"), 160);
  });
  const exchange = exchangeOf();
  const sending = (await open()).send({ url, method: "POST", headers: {}, body: "{}" }, exchange);
  expect(exchange.phase).toBe("connect");
  await until(() => seen.length === 1 && exchange.phase !== "connect" && exchange.phase !== "send");
  expect(exchange.phase).toBe("headers");
  await until(() => exchange.phase === "body");
  await sending;
});

test.runIf(ours)("on a connection that is open already a request is never said to be connecting", async () => {
  const { url, connections } = await serve((response, nth) => {
    if (nth === 0) json(response, {});
    else response.destroy();
  });
  const transport = await open();
  await exchangeWith(transport, url);
  const { exchange } = await exchangeWith(transport, url);
  expect(["send", "headers"]).toContain(exchange.phase);
  expect(connections()).toBe(1);
});

test("calls at once take a connection each, and all are answered", async () => {
  const { url, seen } = await serve((response, _nth, { body }) => { setTimeout(() => { json(response, body); }, 20); });
  const transport = await open();
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => exchangeWith(transport, url, { body: `[${index}]` })));
  expect(answers.map(({ response }) => response?.body)).toEqual(answers.map((_, index) => `[${index}]`));
  expect(seen).toHaveLength(20);
});

test.runIf(ours)("closing a transport closes its idle connections", async () => {
  const closed = vi.spyOn(Socket.prototype, "destroy");
  const { url, connections } = await serve((response) => { json(response, {}); });
  const transport = await open();
  await exchangeWith(transport, url);
  closed.mockClear();
  transport.close();
  expect(closed).toHaveBeenCalled();
  closed.mockRestore();
  expect(connections()).toBe(1);
});

test.runIf(ours)("an idle connection does not keep a process alive", async () => {
  const { url, seen } = await serve((response) => { json(response, {}); });
  const module = (name: string) => JSON.stringify(new URL(`../../../src/core/transport/${name}.ts`, import.meta.url).href);
  const script = `
    const { nodeTransport } = await import(${module("node-http")});
    const { CallScope } = await import(${module("scope")});
    const transport = await nodeTransport();
    const scope = new CallScope({ timeout: 600000 });
    await transport.send({ url: new URL("${url.href}"), method: "POST", headers: {}, body: "{}" }, { scope, maxResponseBytes: 10, phase: "connect" });
    scope.dispose();
    const answered = performance.now();
    process.on("exit", () => console.log(performance.now() - answered));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], { timeout: 15_000 });
  expect(seen).toHaveLength(1);
  // Idle connections are kept for four seconds.
  expect(Number(stdout)).toBeLessThan(2_500);
});

test.runIf(ours)("nodeTransport gives a transport of its own each time", async () => {
  const [one, two] = [await nodeTransport(), await nodeTransport()];
  expect(one).toBeDefined();
  expect(one).not.toBe(two);
  one?.close();
  two?.close();
});
