import type { ServerResponse } from "node:http";
import type { Fault } from "./fault.ts";
import type { Visit } from "./ledger.ts";
import type { Reply } from "./lumar.ts";

/** Gives the answer to a request, with what is to go wrong with it. `own` is what the operation itself answered. */
export async function deliver(response: ServerResponse, fault: Fault, own: Reply | undefined, visit: Visit): Promise<void> {
  const { socket } = response;
  if (socket === null) return;
  if (fault.delay !== undefined && !(await waited(fault.delay, response))) return;
  if (fault.drop === "answer") return void socket.resetAndDestroy();
  if (fault.raw !== undefined) return void socket.end(fault.raw);
  const given = fault.body === undefined ? own?.body : fault.body;
  const bytes = bytesOf(given ?? "");
  const contentType = typeof given === "string" ? "text/html" : "application/json";
  const headers: Record<string, string> = { "content-type": contentType, ...fault.headers };
  if (fault.close === "announced") headers["connection"] = "close";
  if (fault.truncate === "length") headers["content-length"] = String(bytes.length + 100);
  else if (fault.truncate === undefined && fault.endless !== true && fault.drip === undefined && headers["transfer-encoding"] === undefined) headers["content-length"] ??= String(bytes.length);
  response.writeHead(fault.status ?? own?.status ?? 200, headers);
  await write(response, fault, bytes, visit);
}

async function write(response: ServerResponse, fault: Fault, bytes: Buffer, visit: Visit): Promise<void> {
  const half = Math.max(1, Math.floor(bytes.length / 2));
  if (fault.endless === true) {
    pour(response, visit);
    return;
  }
  if (fault.drip !== undefined) {
    drip(response, bytes.subarray(0, half), fault.drip);
    return;
  }
  if (fault.truncate !== undefined) return void response.write(bytes, () => response.socket?.end());
  if (fault.drop === "body") return void response.write(bytes.subarray(0, half), () => setTimeout(() => response.socket?.resetAndDestroy(), 20));
  if (fault.stall !== undefined) {
    response.write(bytes.subarray(0, half));
    if (await waited(fault.stall, response)) response.end(bytes.subarray(half));
    return;
  }
  response.end(bytes, () => {
    if (fault.close === "silent") response.socket?.end();
  });
}

/** Waits; false when the other side left meanwhile. */
function waited(ms: number, response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = Number.isFinite(ms)
      ? setTimeout(() => {
          response.off("close", leave);
          resolve(true);
        }, ms)
      : undefined;
    const leave = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    response.once("close", leave);
  });
}

const piece = Buffer.alloc(65_536, " ");

function pour(response: ServerResponse, visit: Visit): void {
  let open = true;
  const more = (): void => {
    while (open) {
      visit.bytesWritten += piece.length;
      if (!response.write(piece)) break;
    }
  };
  response.on("drain", more).on("close", () => {
    open = false;
  });
  more();
}

function drip(response: ServerResponse, beginning: Buffer, every: number): void {
  response.write(beginning);
  const timer = setInterval(() => response.write(" "), every);
  response.on("close", () => {
    clearInterval(timer);
  });
}

function bytesOf(body: unknown): Buffer {
  if (typeof body === "string") return Buffer.from(body);
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
}
