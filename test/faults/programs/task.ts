const given = JSON.parse(process.env["TASK"] ?? "{}") as { readonly transport?: string };

/** What the test that started this process wants of it. */
export function task<T>(): T {
  return given as T;
}

/** The transport that the test goes over, as options of a client. */
export const transport: { fetch?: typeof globalThis.fetch } = given.transport === "fetch" ? { fetch: globalThis.fetch } : {};
