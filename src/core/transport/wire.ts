import type { TransportPhase } from "../../errors/index.ts";
import type { CallScope } from "./scope.ts";

/** One HTTP request as it goes out. Header names are lower-case. */
export interface WireRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One HTTP answer, read to its end. */
export interface WireResponse {
  readonly status: number;
  header(name: string): string | undefined;
  readonly headers: () => Headers;
  readonly body: string;
  /** Length of the decoded body. */
  readonly byteLength: number;
}

/** One try to get an answer. The transport moves `phase` on as the request goes. */
export interface Exchange {
  readonly scope: CallScope;
  readonly maxResponseBytes: number;
  phase: TransportPhase;
}

/** Sends requests. Follows no redirect, keeps no cookie, retries nothing. */
export interface Transport {
  /**
   * @throws {@link WireError} when no usable answer came.
   * @throws {@link ScopeEnded} when the scope ended first.
   */
  send(request: WireRequest, exchange: Exchange): Promise<WireResponse>;
  /** Closes all connections; nothing is sent afterwards. */
  close(): void;
}

/** Why no usable answer came, without anything of the request or the answer in it. */
export class WireError extends Error {
  readonly kind: "network" | "too-large" | "bad-encoding";
  readonly code: string | undefined;
  readonly syscall: string | undefined;
  readonly status: number | undefined;
  readonly contentType: string | undefined;
  readonly byteLength: number;

  constructor(
    kind: "network" | "too-large" | "bad-encoding",
    details: { code?: string | undefined; syscall?: string | undefined; status?: number | undefined; contentType?: string | undefined; byteLength?: number } = {},
  ) {
    super(kind);
    this.kind = kind;
    this.code = details.code;
    this.syscall = details.syscall;
    this.status = details.status;
    this.contentType = details.contentType;
    this.byteLength = details.byteLength ?? 0;
  }
}

/** Name, code and syscall of a foreign error or of its cause; its message is left behind. */
export function codeOf(error: unknown): { code?: string | undefined; syscall?: string | undefined } {
  for (let current = error, depth = 0; typeof current === "object" && current !== null && depth < 4; depth += 1) {
    const code: unknown = Reflect.get(current, "code");
    const syscall: unknown = Reflect.get(current, "syscall");
    if (typeof code === "string") return { code, syscall: typeof syscall === "string" ? syscall : undefined };
    const causes: unknown = Reflect.get(current, "errors");
    current = Array.isArray(causes) && causes.length > 0 ? causes[0] : Reflect.get(current, "cause");
  }
  return {};
}
