import { readProxy } from "../../../src/core/proxy.ts";
import { nodeTransport } from "../../../src/core/transport/node-http.ts";
import { CallScope } from "../../../src/core/transport/scope.ts";
import { task } from "./task.ts";

// One request to a plain http address through a proxy, with a credential.
const { url, proxy, key } = task<{ url: string; proxy: string; key: string }>();
const transport = await nodeTransport({ proxy: readProxy(proxy, () => undefined) });
const exchange = { scope: new CallScope({ timeout: 10_000 }), maxResponseBytes: 1_000_000, phase: "connect" } as const;
await transport?.send({ url: new URL(url), method: "POST", headers: { "x-api-key": key }, body: JSON.stringify({ key }) }, exchange);
exchange.scope.dispose();
