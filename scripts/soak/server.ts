/** The fault server as a process of its own: random faults on calls and logins, and sessions that are revoked now and then. */
import { FaultServer } from "../../test/faults/server.ts";
import type { Fault } from "../../test/faults/fault.ts";

const html = { "content-type": "text/html" };
const faults: readonly [share: number, fault: Fault][] = [
  [0.02, { status: 503, headers: html, body: "<p>busy</p>" }],
  [0.01, { status: 429, headers: { "retry-after": "0" }, body: {} }],
  [0.01, { drop: "answer" }],
  [0.005, { drop: "body", commits: true }],
  [0.005, { truncate: "chunked", commits: true }],
  [0.005, { status: 200, headers: html, body: "<p>maintenance</p>" }],
  [0.05, { delay: 20 }],
];

const server = new FaultServer();
const counts = { requests: 0, logins: 0, sessions: 0, revocations: 0 };

server.decide = ({ operation }) => {
  const { visits } = server;
  // The ledger is for tests with a few requests.
  if (visits.length > 200) visits.splice(0, visits.length);
  counts.requests += 1;
  if (operation === "LoginWithUserKey") counts.logins += 1;
  let dice = Math.random();
  for (const [share, fault] of faults) {
    dice -= share;
    if (dice < 0) return fault;
  }
  return undefined;
};

await server.start();
const revoking = setInterval(() => {
  server.lumar.sessions.clear();
  counts.revocations += 1;
}, 1_000);

process.on("message", (asked) => {
  if (asked === "counts") process.send?.({ ...counts, connections: server.connections, open: server.open });
  if (asked === "stop") {
    clearInterval(revoking);
    void server.stop().then(() => process.disconnect());
  }
});
process.send?.({ endpoint: server.endpoint, userKey: server.lumar.userKey });
