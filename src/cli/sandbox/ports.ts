import type { Server } from "node:http";

/** The sandbox cannot start. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly code: "PORT_TAKEN" | "PORT_REFUSED" | "GRAPHQL_MISSING";
  /** What to do next. */
  readonly hint: string;

  constructor(code: SandboxError["code"], message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** Gives one port after the other; always 0, for any free one, where 0 was asked for. */
export function portsFrom(first: number): () => number {
  let next = first;
  return () => (first === 0 ? 0 : next++);
}

/** Listens on this machine alone. */
export async function listenHere(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** What to tell of a server that could not listen. */
export function portTrouble(error: unknown, port: number): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const hint = "Choose another by --port, which takes the next four too, or leave --port out to use free ones.";
  if (code === "EADDRINUSE") return new SandboxError("PORT_TAKEN", `port ${String(port)} of 127.0.0.1 is taken`, hint);
  if (code === "EACCES") return new SandboxError("PORT_REFUSED", `port ${String(port)} of 127.0.0.1 may not be used`, hint);
  return error;
}
