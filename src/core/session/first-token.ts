import { AuthenticationError } from "../../errors/index.ts";
import { CallScope, ScopeEnded } from "../transport/scope.ts";

/** What the caller's own function gives for the first token, unless it takes longer than a login may. */
export async function firstToken<T>(give: () => T | Promise<T>, limits: { readonly timeout: number; readonly open: Set<CallScope> }): Promise<T> {
  const scope = new CallScope(limits);
  try {
    return await scope.race(Promise.resolve().then(give));
  } catch (error) {
    if (!(error instanceof ScopeEnded)) throw error;
    throw new AuthenticationError("the function that gives the first token did not answer in time", "LOGIN_FAILED", { retryable: true });
  } finally {
    scope.dispose();
  }
}
