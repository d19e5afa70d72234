import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { randomBytes } from "node:crypto";
import { storableCanary } from "../oracle/oracle.ts";

/** What one request was, as the server saw it. */
export interface Seen {
  readonly operationName: string;
  readonly token: string | undefined;
  readonly at: number;
  readonly variables: Record<string, unknown>;
}

export type Answering = (request: Seen, answer: { status: number; body: unknown; headers?: Record<string, string> }) => void | Promise<void>;

/**
 * A real server that knows sessions and nothing else, and counts: logins, requests, and tokens that were sent again
 * after they had been refused.
 */
export class LumarServer {
  readonly seen: Seen[] = [];
  logins = 0;
  /** How long an answer takes, in milliseconds. */
  delay: (seen: Seen) => number = () => 0;
  /** What a login answers; undefined means a new session. */
  login: (() => { status: number; body: unknown; headers?: Record<string, string> } | undefined | "hang") = () => undefined;
  /** What an operation answers instead of its data. */
  override: ((seen: Seen) => { status: number; body: unknown; headers?: Record<string, string> } | undefined) | undefined;
  readonly live = new Set<string>();
  readonly #server = createServer((request, response) => {
    void this.#serve(request, response);
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/graphql`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  revokeAll(): void {
    this.live.clear();
  }

  /** Requests that are no logins. */
  get calls(): Seen[] {
    return this.seen.filter(({ operationName }) => operationName !== "LoginWithUserKey");
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { operationName = "", variables = {} }: { operationName?: string; variables?: Record<string, unknown> } = JSON.parse(text);
    const token = request.headers["x-auth-token"];
    const seen: Seen = { operationName, variables, at: performance.now(), token: Array.isArray(token) ? token[0] : token };
    this.seen.push(seen);
    // Decided when the request arrives, and told after the delay: that is how late refusals come about.
    const answer = this.#answer(seen);
    if (answer === "hang") return;
    const delay = this.delay(seen);
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    const body = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    response.writeHead(answer.status, { "content-type": typeof answer.body === "string" ? "text/html" : "application/json", ...answer.headers });
    response.end(body);
  }

  #answer(seen: Seen): { status: number; body: unknown; headers?: Record<string, string> } | "hang" {
    if (seen.operationName === "LoginWithUserKey") {
      this.logins += 1;
      const told = this.login();
      if (told !== undefined) return told;
      const token = storableCanary(randomBytes(64).toString("hex"));
      this.live.add(token);
      return { status: 200, body: { data: { createSessionUsingUserKey: { token } } } };
    }
    const told = this.override?.(seen);
    if (told !== undefined) return told;
    if (seen.token === undefined || !this.live.has(seen.token)) return { status: 401, body: unauthenticated };
    return { status: 200, body: { data: { me: { id: "u", username: "someone" }, version: "1" } } };
  }
}

export const unauthenticated = {
  errors: [{ message: "Unauthorized. Please provide a valid authentication token.", extensions: { code: "UNAUTHENTICATED" } }],
  data: null,
};

export const refused = {
  errors: [{ message: "Incorrect user key id or secret", extensions: { code: "INCORRECT_USER_KEY_ID_OR_SECRET" } }],
  data: null,
};

export function spread(milliseconds: number): () => number {
  return () => Math.random() * milliseconds;
}
