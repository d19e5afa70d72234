import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { deliver } from "../faults/deliver.ts";
import { runs, type Fault } from "../faults/fault.ts";
import { credentialHeadersOf, headerValues, type Visit } from "../faults/ledger.ts";
import { storableCanary } from "../oracle/oracle.ts";
import type { House } from "./house.ts";

export type Operation = "read" | "write" | "login" | "other";

/** One request as it arrived. */
export interface Request extends Visit {
  readonly operation: Operation;
  readonly method: string;
  readonly text: string;
}

/** A small service of one house behind a real server, which can do to each attempt what servers and networks do, and counts. */
export class ServiceServer {
  readonly house: House;
  readonly visits: Request[] = [];
  /** What a credential header may hold, prefix included. */
  readonly accepted = new Set<string>();
  /** What a login has to hold, and brings with it where the service gives refresh tokens. */
  readonly secret: string;
  /** How often a write took effect. */
  effects = 0;
  connections = 0;
  /** So many of the next requests are cut off before they are read. */
  hangUpOn = 0;
  unread = 0;
  decide: (request: Request) => Fault | undefined = () => undefined;
  base = "";
  readonly #scripts: Record<Operation, (Fault | undefined)[]> = { read: [], write: [], login: [], other: [] };
  readonly #numbers = new WeakMap<Socket, number>();
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });

  constructor(house: House) {
    this.house = house;
    this.secret = house.sessions.sampleSecret();
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on("connection", (socket: Socket) => {
      this.connections += 1;
      this.#numbers.set(socket, this.connections);
      socket.on("error", () => undefined);
    });
  }

  /** What the next attempts of an operation meet, one after the other; later ones meet nothing. */
  script(operation: Operation, ...faults: (Fault | undefined)[]): void {
    this.#scripts[operation].push(...faults);
  }

  of(operation: Operation): Request[] {
    return this.visits.filter((visit) => visit.operation === operation);
  }

  get reads(): number {
    return this.of("read").length;
  }

  get writes(): number {
    return this.of("write").length;
  }

  get logins(): number {
    return this.of("login").length;
  }

  /** A session that is good until {@link expire}. */
  addSession(): string {
    const token = storableCanary(randomBytes(64).toString("hex"));
    this.accepted.add(this.house.sessions.prefix + token);
    return token;
  }

  /** Nothing that was accepted is accepted any more. */
  expire(): void {
    this.accepted.clear();
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    this.base = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.hangUpOn > 0) {
      this.hangUpOn -= 1;
      this.unread += 1;
      incoming.socket.resetAndDestroy();
      return;
    }
    const visit = await this.#read(incoming);
    response.on("close", () => {
      if (!response.writableFinished) visit.left = true;
    });
    const fault = this.#scripts[visit.operation].shift() ?? this.decide(visit) ?? {};
    const own = runs(fault) ? this.#answer(visit) : undefined;
    fault.reached?.(visit);
    await deliver(response, fault, own, visit);
  }

  async #read(incoming: IncomingMessage): Promise<Request> {
    const at = performance.now();
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = "", url: path = "", rawHeaders, socket } = incoming;
    const operation = this.house.operationOf({ method, path, text });
    const connection = this.#numbers.get(socket) ?? 0;
    const visit: Request = { operation, method, path, text, at, rawHeaders, connection, attempt: this.of(operation).length + 1, query: "", variables: {}, ran: false, bytesWritten: 0, left: false };
    this.visits.push(visit);
    return visit;
  }

  #answer(visit: Request): { status?: number; body: unknown } {
    const { house } = this;
    if (visit.operation === "login") return { body: house.sessions.answer(this.addSession(), this.secret) };
    const [header = "", other] = credentialHeadersOf(visit);
    const [value = ""] = headerValues(visit, header);
    if (other !== undefined || !this.accepted.has(value)) return house.unauthenticated;
    visit.ran = true;
    if (visit.operation === "write") this.effects += 1;
    return { body: visit.operation === "write" ? house.goodWrite : house.goodRead };
  }
}
