/**
 * The CPU of everything in keylight that is not the transport: keylight over a transport that answers at once, minus
 * that transport alone, called as keylight calls it.
 */
import type { Subject } from "../clients/subject.ts";
import { bodyFor } from "../clients/query.ts";
import { listAnswer } from "../server/answers.ts";
import { answer } from "../transports/stub.ts";
import { driveCalls } from "./drive.ts";
import { rounded } from "./numbers.ts";
import { finish, taskOf } from "./process.ts";

export interface OverheadTask {
  readonly calls: number;
}

/** Microseconds a call. */
export interface OverheadResult {
  readonly keylight: number;
  readonly stub: number;
  /** Of what keylight does, one `JSON.stringify` of the request and one `JSON.parse` of the answer, which any client needs. */
  readonly json: number;
}

const built = "keylight-stub";
const { Client } = (await import(built)) as typeof import("keylight");
const { calls } = taskOf<OverheadTask>();
const client = new Client({ endpoint: "http://127.0.0.1/graphql", userKey: { id: "bench", secret: "bench" }, env: {} });
const keylight: Subject = { list: (accountId) => client.serviceAccounts.list(accountId) };

interface Parsed {
  readonly data: { readonly node: { readonly serviceAccounts: readonly unknown[] } };
}

const request = { body: bodyFor("one") };
const { data } = JSON.parse(listAnswer) as Parsed;
const stub: Subject = {
  list: async () => {
    await answer(request);
    return data.node.serviceAccounts;
  },
};
const json: Subject = {
  list: async (accountId) => {
    const { body } = await answer({ body: bodyFor(accountId) });
    return (JSON.parse(body) as Parsed).data.node.serviceAccounts;
  },
};

async function microsOf(subject: Subject): Promise<number> {
  // By turns with the event loop, as it is with a network: 50 calls, and then whatever else waits.
  let cpu = 0;
  for (let left = calls; left > 0; left -= 50) {
    cpu += (await driveCalls(subject, 50, 50)).cpuMicros;
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  return cpu / calls;
}

for (const subject of [keylight, stub, json]) await microsOf(subject);
const base = await microsOf(stub);
const result: OverheadResult = {
  keylight: rounded(await microsOf(keylight), 2),
  stub: rounded(base, 2),
  json: rounded((await microsOf(json)) - base, 2),
};
finish(result);
