import type { SandboxView } from "../protocol.ts";

/** Asks the sandbox to do something. */
export async function ask(action: string, input: object): Promise<unknown> {
  const response = await fetch(`/api/${action}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(input) });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  throw new Error(typeof answer === "object" && answer !== null && "message" in answer ? String(answer.message) : `status ${String(response.status)}`);
}

interface Listener {
  readonly view: (view: SandboxView) => void;
  readonly status: (status: "live" | "lost" | "ended") => void;
}

/** Tells what the sandbox keeps, now and whenever it changes. */
export function listen({ view, status }: Listener): void {
  const source = new EventSource("/api/events");
  source.addEventListener("open", () => status("live"));
  source.addEventListener("message", ({ data }: MessageEvent<string>) => view(JSON.parse(data) as SandboxView));
  // The browser tries again by itself.
  source.addEventListener("error", () => status("lost"));
  source.addEventListener("end", () => {
    source.close();
    status("ended");
  });
}
