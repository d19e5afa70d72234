import type { ServerResponse } from "node:http";

/** Long enough to take many changes together, and too short for a person to notice. */
const pause = 60;

/** Sends the whole view to every page that listens (Server-Sent Events), now and after each change. */
export class Events {
  readonly #view: () => unknown;
  readonly #pages = new Set<ServerResponse>();
  #timer: NodeJS.Timeout | undefined;

  constructor(view: () => unknown) {
    this.#view = view;
  }

  add(page: ServerResponse): void {
    this.#pages.add(page);
    page.once("close", () => this.#pages.delete(page));
    page.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", "x-content-type-options": "nosniff" });
    page.write(this.#message());
  }

  /** Something may have changed. */
  changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#send();
    }, pause);
  }

  /** Tells the pages that nothing more will come. */
  close(): void {
    clearTimeout(this.#timer);
    for (const page of this.#pages) page.end("event: end\ndata:\n\n");
  }

  #send(): void {
    if (this.#pages.size === 0) return;
    const message = this.#message();
    for (const page of this.#pages) {
      if (!page.writableNeedDrain) page.write(message);
      // One that does not keep up gets the newest state once it can.
      else if (page.listenerCount("drain") === 0) page.once("drain", () => this.changed());
    }
  }

  #message(): string {
    return `data: ${JSON.stringify(this.#view())}\n\n`;
  }
}
