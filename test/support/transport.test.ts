import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Client } from "keylight";
import { transportName } from "./transport.ts";

test(`requests of this run go over ${transportName}, as the server sees`, async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer(({ headers }, response) => {
    seen.push(headers["user-agent"]);
    response.writeHead(200, { "content-type": "application/json" }).end('{"data":{"version":"1"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const client = new Client({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, env: {} });
  onTestFinished(() => client.close());
  await client.version();
  // Only the runtime's fetch says by itself who it is.
  expect(seen).toEqual([transportName === "fetch" ? "node" : undefined]);
});
