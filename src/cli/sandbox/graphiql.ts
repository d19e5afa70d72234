import type { FakeLumar, FakeLumarSession } from "keylight/testing";
import type { House } from "./house.ts";

/** What GraphiQL is given: the status and the body that the fake answered. */
export interface Forwarded {
  readonly status: number;
  readonly body: unknown;
}

const credentialHeaders = ["x-auth-token", "x-api-key"] as const;
/** GraphiQL's own session at a fake, which nobody else uses; it ends with the fake. */
const sessions = new WeakMap<FakeLumar, FakeLumarSession>();

/**
 * Gives the fake what was typed into GraphiQL, with the credential of its headers tab, else as the Admin user. It does not go
 * through keylight, so that people see what the server answers.
 */
export async function forwardToLumar({ fake, url }: House & { readonly fake: FakeLumar }, input: Readonly<Record<string, unknown>>): Promise<Forwarded> {
  const headers = new Headers({ "content-type": "application/json", "apollographql-client-name": "graphiql" });
  const given = Object.entries(typeof input["headers"] === "object" && input["headers"] !== null ? input["headers"] : {});
  for (const [name, value] of given) {
    if (typeof value === "string" && isOneOf(name.toLowerCase(), credentialHeaders)) headers.set(name, value);
  }
  if (!credentialHeaders.some((name) => headers.has(name))) setSession(headers, fake);
  const { query, variables, operationName } = input;
  const response = await fake.handle(new Request(url, { method: "POST", headers, body: JSON.stringify({ query, variables, operationName }) }));
  return { status: response.status, body: await bodyOf(response) };
}

/** Takes GraphiQL's session, or opens another once that has ended; without a user key there is none. */
function setSession(headers: Headers, fake: FakeLumar): void {
  const { sessions: open, userKeys } = fake.snapshot();
  const known = sessions.get(fake);
  const userKey = userKeys.at(-1);
  const isOpen = known !== undefined && open.some(({ token }) => token === known.token);
  const session = isOpen ? known : userKey === undefined ? undefined : fake.openSession(userKey.id);
  if (session === undefined) return;
  sessions.set(fake, session);
  headers.set("x-auth-token", session.token);
}

async function bodyOf(response: Response): Promise<unknown> {
  if (response.type === "error") return told("The connection was dropped.");
  try {
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      return told(`Status ${String(response.status)}, no JSON: ${text.slice(0, 200)}`);
    }
  } catch {
    return told("The connection was dropped in the middle of the answer.");
  }
}

const told = (message: string): object => ({ errors: [{ message }] });

function isOneOf(name: string, names: readonly string[]): boolean {
  return names.includes(name);
}
