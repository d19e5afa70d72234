/** A complete answer, before it becomes a `Response`. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer with a JSON body; `undefined` makes an empty one. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    body: JSON.stringify(body) ?? "",
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  };
}
