/** What the test that started this process wants of it. */
export function task<T>(): T {
  return JSON.parse(process.env["TASK"] ?? "{}") as T;
}

/** Options for the transport that the test asks for. */
export function transportOf(name: string): { fetch?: typeof globalThis.fetch } {
  return name === "fetch" ? { fetch: globalThis.fetch } : {};
}
