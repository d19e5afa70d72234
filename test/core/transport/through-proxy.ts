import { createServer } from "node:https";
import { onTestFinished } from "vitest";
import type { TransportPhase } from "../../../src/errors/index.ts";
import { readProxy } from "../../../src/core/proxy.ts";
import { nodeTransport } from "../../../src/core/transport/node-http.ts";
import type { Exchange, Transport } from "../../../src/core/transport/wire.ts";
import type { Certificate } from "../../support/certificates.ts";
import { json, serve, type TestServer } from "./server.ts";

const noVariables = (): undefined => undefined;

/** A transport through a proxy that an option names, closed after the test. */
export async function through(proxy: string | URL, ca?: string): Promise<Transport> {
  const transport = await nodeTransport({ proxy: readProxy(String(proxy), noVariables), ca });
  if (transport === undefined) throw new Error("there is no node:http here");
  onTestFinished(() => { transport.close(); });
  return transport;
}

type Answer = Parameters<typeof serve>[0];

const echo: Answer = (response, nth, { body }) => { json(response, { nth, body }); };

/** A server that speaks TLS with this certificate. By default it answers each request with its number and body. */
export function serveSecurely(certificate: Certificate, answer = echo): Promise<TestServer> {
  // It would else drop an idle connection at about the time that the client does.
  return serve(answer, (listener) => createServer({ ...certificate, keepAliveTimeout: 60_000 }, listener), "https");
}

/** Notes each phase that an exchange comes to. */
export function phasesOf(exchange: Exchange): TransportPhase[] {
  const phases: TransportPhase[] = [];
  let phase = exchange.phase;
  Object.defineProperty(exchange, "phase", {
    get: () => phase,
    set: (next: TransportPhase) => {
      phase = next;
      phases.push(next);
    },
  });
  return phases;
}
