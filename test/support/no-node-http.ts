/** Stands in for `src/core/transport/node-http.ts` where tests run over fetch: a runtime that has no `node:http`. */
export function nodeTransport(): Promise<undefined> {
  return Promise.resolve(undefined);
}
