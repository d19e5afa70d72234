import type { FakeLumar } from "keylight/testing";
import type { House } from "./house.ts";

/** What GraphiQL is given: the status and the body that the fake answered. */
interface Forwarded {
  readonly status: number;
  readonly body: unknown;
}

const credentialHeaders = ["x-auth-token", "x-api-key"];

/**
 * Gives the fake what was typed into GraphiQL, with the credential of its headers tab, else as the Admin user. It does not go
 * through keylight, so that people see what the server answers.
 */
export function forwarderTo({ fake, url }: House & { readonly fake: FakeLumar }): (input: Readonly<Record<string, unknown>>) => Promise<Forwarded> {
  const ownToken = ownTokenAt(fake);
  return async (input) => {
    const headers = new Headers({ "content-type": "application/json", "apollographql-client-name": "graphiql" });
    const given = Object.entries(typeof input["headers"] === "object" && input["headers"] !== null ? input["headers"] : {});
    for (const [name, value] of given) {
      if (typeof value === "string" && credentialHeaders.includes(name.toLowerCase())) headers.set(name, value);
    }
    const token = credentialHeaders.some((name) => headers.has(name)) ? undefined : ownToken();
    if (token !== undefined) headers.set("x-auth-token", token);
    const { query, variables, operationName } = input;
    const response = await fake.handle(new Request(url, { method: "POST", headers, body: JSON.stringify({ query, variables, operationName }) }));
    return { status: response.status, body: await bodyOf(response) };
  };
}

/** The token of GraphiQL's own session, of another one once that has ended; without a user key there is none. */
function ownTokenAt(fake: FakeLumar): () => string | undefined {
  let known: string | undefined;
  return () => {
    const { sessions, userKeys } = fake.snapshot();
    if (sessions.some(({ token }) => token === known)) return known;
    const userKey = userKeys.at(-1);
    known = userKey === undefined ? undefined : fake.openSession(userKey.id).token;
    return known;
  };
}

async function bodyOf(response: Response): Promise<unknown> {
  if (response.type === "error") return told("The connection was dropped.");
  const text = await response.text().catch(() => undefined);
  if (text === undefined) return told("The connection was dropped in the middle of the answer.");
  try {
    return JSON.parse(text);
  } catch {
    return told(`Status ${String(response.status)}, no JSON: ${text.slice(0, 200)}`);
  }
}

const told = (message: string): object => ({ errors: [{ message }] });
