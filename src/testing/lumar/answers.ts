import { json, type Answer } from "../shared/answer.ts";

/** An answer that only says what is wrong, as GraphQL servers do before they execute anything: without `data`. */
export function failure(status: number, code: string, message: string, headers?: Readonly<Record<string, string>>): Answer {
  return json(status, { errors: [{ message, extensions: { code } }] }, headers);
}

/** Lumar's documented answer to a missing or invalid credential. */
export const unauthorized: Answer = json(401, {
  errors: [
    {
      message: "Unauthorized. Please provide a valid authentication token.",
      extensions: { code: "UNAUTHENTICATED" },
    },
  ],
  data: null,
});
