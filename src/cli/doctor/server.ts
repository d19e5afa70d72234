import type { Client, RawResponse } from "keylight";
import type { Context } from "../context.ts";
import { exitCodes, troubleOf } from "../failure.ts";
import type { Finding } from "./doctor.ts";
import { nextOf } from "./next.ts";

/** A clock that is off by more than this, in milliseconds, lets sessions look older or younger than they are. */
const tolerated = 60_000;

interface Me {
  readonly me: { readonly id: string; readonly username: string | null } | null;
}

/** What only the server can tell. */
export async function atServer(context: Context): Promise<Finding[]> {
  let client: Client;
  try {
    client = await context.client();
  } catch {
    // Why, the credential's finding says.
    return [{ check: "Endpoint", status: "skipped", detail: "not asked: options or variables are wrong" }];
  }
  const credential = await context.credential();
  const reached = await reach(context, client);
  const session = credential?.kind === "userKey" ? [await sessionAge(context)] : [];
  if (reached.status !== "ok") return [reached, ...session];
  if (credential === undefined) return [reached, { check: "Access", status: "skipped", detail: "not asked for: there is no credential" }, clockSkipped];
  return [reached, ...session, ...(await access(context, client))];
}

const clockSkipped: Finding = { check: "Clock", status: "skipped", detail: "not compared: that takes a credential that works" };

async function reach(context: Context, client: Client): Promise<Finding> {
  const facts = { endpoint: client.endpoint };
  const started = performance.now();
  try {
    const version = await client.version(context.call);
    const milliseconds = Math.round(performance.now() - started);
    return { check: "Endpoint", status: "ok", detail: `${client.endpoint} answers in ${milliseconds} ms (version ${version})`, facts: { ...facts, apiVersion: version, milliseconds } };
  } catch (error) {
    context.host.signal.throwIfAborted();
    const trouble = await troubleOf(error);
    // That the credential is refused shows that the server is there; the next check tells of it.
    if (trouble.exitCode === exitCodes.permission) return { check: "Endpoint", status: "ok", detail: `${client.endpoint} answers`, facts };
    return { check: "Endpoint", status: "fail", detail: `${client.endpoint} cannot be used: ${trouble.message}`, next: nextOf(trouble), trouble, facts };
  }
}

async function sessionAge({ kept: { session, trouble } }: Context): Promise<Finding> {
  if (trouble !== undefined) {
    const { message, hint } = await troubleOf(trouble);
    return { check: "Session", status: "note", detail: `cannot be kept between runs: ${message}`, next: hint };
  }
  if (session === undefined) return { check: "Session", status: "ok", detail: "none is kept; the next call logs in", facts: { obtainedAt: null } };
  const { obtainedAt, expiresAt } = session;
  const hours = Math.floor((Date.now() - Date.parse(obtainedAt)) / 3_600_000);
  const age = hours < 1 ? "less than an hour" : hours < 48 ? `${hours} ${hours === 1 ? "hour" : "hours"}` : `${Math.round(hours / 24)} days`;
  return { check: "Session", status: "ok", detail: `kept since ${obtainedAt}: ${age} old`, facts: { obtainedAt, expiresAt: expiresAt ?? null } };
}

/** Whether the credential is let in, and what time it is there. */
async function access(context: Context, client: Client): Promise<Finding[]> {
  const sent = Date.now();
  try {
    // A service account is nobody here: that it is answered at all is the proof.
    const answer = await client.rawRequest<Me>("query DoctorMe { me { id username } }", {}, { ...context.call, allowPartial: true });
    const name = answer.data?.me?.username ?? answer.data?.me?.id;
    return [{ check: "Access", status: "ok", detail: name === undefined ? "the credential is accepted" : `the credential is accepted: ${name}`, facts: { username: name ?? null } }, clock(answer, sent)];
  } catch (error) {
    context.host.signal.throwIfAborted();
    const trouble = await troubleOf(error);
    if (trouble.code === "PERMISSION_DENIED") return [{ check: "Access", status: "ok", detail: "the credential is accepted" }, clockSkipped];
    return [{ check: "Access", status: "fail", detail: trouble.message, next: nextOf(trouble), trouble }, clockSkipped];
  }
}

function clock({ headers }: RawResponse<unknown>, sent: number): Finding {
  const date = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(date)) return { check: "Clock", status: "skipped", detail: "not compared: the server does not tell the time" };
  // The answer may have been made at any moment since; the header has whole seconds.
  const received = Date.now();
  const skew = date < sent - 1_000 ? sent - date : date > received ? received - date : 0;
  const facts = { skewMs: skew };
  const seconds = Math.round(Math.abs(skew) / 1_000);
  if (Math.abs(skew) <= tolerated) return { check: "Clock", status: "ok", detail: skew === 0 ? "agrees with the server's" : `within ${seconds} s of the server's`, facts };
  const detail = `this machine is ${seconds} s ${skew > 0 ? "ahead of" : "behind"} the server`;
  return { check: "Clock", status: "note", detail, next: "Set the clock of this machine: sessions are judged by their age.", facts };
}
