import type { Settings } from "./options.ts";
import type { Caller, State } from "./state.ts";

/** Finds out who a request comes from: the whole header is the credential. */
export function authenticate(headers: Headers, state: State): Caller | undefined {
  const credential = headers.get("authorization");
  return credential === null ? undefined : state.callerOf(credential);
}

/** {@link authenticate} for the REST API, which may take a bearer. */
export function authenticateRest(headers: Headers, state: State, { bearer }: Settings): Caller | undefined {
  const credential = headers.get("authorization");
  if (credential === null || bearer === "refused") return authenticate(headers, state);
  return state.callerOf(credential.replace(/^bearer +/i, ""));
}
