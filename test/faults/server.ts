import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Server as TcpServer, Socket } from "node:net";
import { expect, onTestFinished } from "vitest";
import { deliver } from "./deliver.ts";
import { runs, type Fault } from "./fault.ts";
import { credentialHeadersOf, headerValues, type Visit } from "./ledger.ts";
import { SmallLumar } from "./lumar.ts";

/** A small Lumar behind a real server that can do to each attempt of each operation what servers and networks do. */
export class FaultServer {
  readonly lumar = new SmallLumar();
  /** Every request that was read, in the order of arrival. */
  readonly visits: Visit[] = [];
  /** How many connections were opened. */
  connections = 0;
  /** How many are open. */
  open = 0;
  /** How many requests were cut off before they were read. */
  unread = 0;
  /** So many of the next requests are cut off before they are read. */
  hangUpOn = 0;
  /** Decides where nothing was scripted. */
  decide: (visit: Visit) => Fault | undefined = () => undefined;
  endpoint = "";
  readonly #scripts = new Map<string, (Fault | undefined)[]>();
  readonly #numbers = new WeakMap<Socket, number>();
  readonly #server: Server;
  readonly #scheme: string;

  constructor(make: (listener: RequestListener) => Server = createServer, scheme = "http") {
    this.#scheme = scheme;
    this.#server = make((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on(scheme === "https" ? "secureConnection" : "connection", (socket: Socket) => {
      this.connections += 1;
      this.open += 1;
      this.#numbers.set(socket, this.connections);
      socket.on("error", () => undefined).on("close", () => (this.open -= 1));
    });
  }

  /** What the next attempts of an operation meet, one after the other; later ones meet nothing. */
  script(operation: string, ...faults: (Fault | undefined)[]): void {
    this.#scripts.set(operation, [...(this.#scripts.get(operation) ?? []), ...faults]);
  }

  /** Requests of one operation. */
  of(operation: string): Visit[] {
    return this.visits.filter((visit) => visit.operation === operation);
  }

  get logins(): number {
    return this.of("LoginWithUserKey").length;
  }

  set keepAliveTimeout(ms: number) {
    this.#server.keepAliveTimeout = ms;
  }

  async start(port = 0): Promise<this> {
    await listening(this.#server, port);
    this.endpoint = `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}/graphql`;
    return this;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.hangUpOn > 0) {
      this.hangUpOn -= 1;
      this.unread += 1;
      request.socket.resetAndDestroy();
      return;
    }
    const visit = await this.#read(request);
    response.on("close", () => {
      if (!response.writableFinished) visit.left = true;
    });
    const scripted = this.#scripts.get(visit.operation)?.shift();
    const fault = scripted ?? this.decide(visit) ?? {};
    const [apiKey] = headerValues(visit, "x-api-key");
    const [token] = headerValues(visit, "x-auth-token");
    const own = runs(fault) ? this.lumar.run({ operation: visit.operation, variables: visit.variables, apiKey, token }) : undefined;
    visit.ran = own !== undefined && own.status !== 401;
    fault.reached?.(visit);
    await deliver(response, fault, own, visit);
  }

  async #read(request: IncomingMessage): Promise<Visit> {
    const at = performance.now();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { query = "", operationName, variables = {} } = JSON.parse(text) as { query?: string; operationName?: string; variables?: Record<string, unknown> };
    const operation = operationName ?? "";
    const visit: Visit = {
      operation,
      attempt: this.of(operation).length + 1,
      at,
      path: request.url ?? "",
      rawHeaders: request.rawHeaders,
      query,
      variables,
      connection: this.#numbers.get(request.socket) ?? 0,
      ran: false,
      bytesWritten: 0,
      left: false,
    };
    this.visits.push(visit);
    return visit;
  }
}

function listening(server: TcpServer, port = 0): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
}

/** A fault server for one test. Whatever the test does, each request must carry exactly one credential header, and a login none. */
export async function faultServer(make?: (listener: RequestListener) => Server, scheme?: string): Promise<FaultServer> {
  const server = await new FaultServer(make, scheme).start();
  onTestFinished(async () => {
    await server.stop();
    for (const visit of server.visits) expectOneCredential(visit);
  });
  return server;
}

function expectOneCredential(visit: Visit): void {
  const names = credentialHeadersOf(visit);
  if (visit.operation === "LoginWithUserKey") expect(names, "credential headers of a login").toEqual([]);
  else if (visit.operation === "Version") expect(names.length).toBeLessThanOrEqual(1);
  else expect(names, visit.operation).toEqual([expect.stringMatching(/^x-(api-key|auth-token)$/)]);
}

/** A second origin, at which nobody has any business: it counts its visitors. */
export async function elsewhere(): Promise<{ url: string; origin: string; visitors: () => number }> {
  let visitors = 0;
  const server = createServer((_request, response) => {
    visitors += 1;
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.on("connection", () => (visitors += 1));
  await listening(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `${origin}/landing?with=query`, origin, visitors: () => visitors };
}
