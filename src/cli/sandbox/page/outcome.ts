import type { CallFailure, CallReport } from "../protocol.ts";
import { byId, make } from "./dom.ts";

/** Says what came of calls. */
export function showOutcome(report: CallReport): void {
  const { calls, succeeded, answer, failures, ms } = report;
  const all = succeeded === calls;
  const one = all ? "The call succeeded" : "The call failed";
  const what = calls === 1 ? one : `${all ? "All" : `${String(succeeded)} of`} ${String(calls)} calls succeeded`;
  byId("outcome", HTMLElement).replaceChildren(
    make("p", { class: all ? "good" : "bad" }, make("strong", {}, `${what} in ${String(ms)} ms.`), ...(answer === undefined ? [] : [` Answer: ${answer}`])),
    make("p", {}, serverText(report)),
    ...failures.map(failureElement),
  );
}

function failureElement({ count, code, message, hint, mayHaveExecuted }: CallFailure): HTMLElement {
  const times = count > 1 ? ` × ${String(count)}` : "";
  const ran = mayHaveExecuted ? "It may have run." : "Nothing has run.";
  return make("p", { class: "failure" }, make("code", {}, code), `${times}: ${message}. ${ran}`, ...(hint === undefined ? [] : [make("br", {}), hint]));
}

function serverText({ requests, logins, statuses }: CallReport): string {
  if (requests === 0) return "The server saw no request.";
  const parts = statuses.map(([status, count]) => (count === 1 ? status : `${String(count)} × ${status}`));
  if (logins > 0) parts.splice(1, 0, logins === 1 ? "one login" : `${String(logins)} logins`);
  return `The server saw ${requests === 1 ? "one request" : `${String(requests)} requests`}: ${parts.join(", ")}.`;
}

/** Says in a few words what was done, or why it was not. */
export function say(text: string, tone: "" | "bad" = ""): void {
  byId("outcome", HTMLElement).replaceChildren(make("p", { class: tone }, text));
}
