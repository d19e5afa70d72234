/** What pages are told, also those that do not listen for a while. */
import { once } from "node:events";
import { createServer, get, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Events } from "../../../src/cli/sandbox/events.ts";

test("a page that does not keep up is waited for once, and then gets the newest state", async () => {
  let state = 0;
  let looked = 0;
  const events = new Events(() => {
    looked += 1;
    return { state, filling: "x".repeat(8_000_000) };
  });
  const outgoing = new Promise<ServerResponse>((resolve) => {
    const server = createServer((_incoming, response) => {
      events.add(response);
      resolve(response);
    }).listen(0, "127.0.0.1", () => void get({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" }, (response) => resolveReader(response)));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
  });
  let resolveReader: (response: NodeJS.ReadableStream) => void = () => undefined;
  const reader = await new Promise<NodeJS.ReadableStream>((resolve) => (resolveReader = resolve));
  const page = await outgoing;
  for (state = 1; state <= 3; state += 1) {
    const before = looked;
    events.changed();
    await expect.poll(() => looked).toBeGreaterThan(before);
  }
  expect(page.writableNeedDrain).toBe(true);
  expect(page.listenerCount("drain")).toBe(1);
  let tail = "";
  reader.on("data", (chunk: Buffer) => (tail = (tail + chunk.toString().replace(/x{9,}/g, "")).slice(-200)));
  await expect.poll(() => tail, { timeout: 5_000 }).toContain('{"state":4');
  events.close();
  await once(reader, "end");
  expect(tail).toContain("event: end");
});
