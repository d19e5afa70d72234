/**
 * The server of the bench, a process of its own: `node server.js <json>`. It reads a request to its end, looks at the
 * session token, and answers with bytes that were made beforehand. It counts.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { listAnswer, loginAnswer, refusal } from "./answers.ts";
import type { Counts, Ready, ServerTask } from "./contract.ts";

const task = JSON.parse(process.argv[2] ?? "{}") as ServerTask;
const json = { "content-type": "application/json" };
const ok = { ...json, "content-length": Buffer.byteLength(listAnswer) };
const answer = Buffer.from(listAnswer);

/** Sessions that a login made; the token that never ends is not among them. */
const sessions = new Set<string>();
const token = randomBytes(64).toString("hex");
const counts = { requests: 0, logins: 0, refused: 0, connections: 0 };
/** How many calls may pass until all sessions end; 0 for never. */
let passing = 0;
let inspecting = false;
let inspected: unknown;

function onRequest(request: IncomingMessage, response: ServerResponse): void {
  if (request.url !== "/graphql") { control(request, response); return; }
  counts.requests += 1;
  const shown = request.headers["x-auth-token"];
  if (typeof shown !== "string") { logIn(request, response); return; }
  if (inspecting) inspect(request);
  const known = shown === token || sessions.has(shown);
  if (!known) counts.refused += 1;
  if (known && passing > 0) {
    passing -= 1;
    if (passing === 0) sessions.clear();
  }
  request.on("end", () => {
    if (known) response.writeHead(200, ok).end(answer);
    else response.writeHead(401, json).end(refusal);
  });
  request.resume();
}

function logIn(request: IncomingMessage, response: ServerResponse): void {
  counts.logins += 1;
  request.on("end", () => {
    const session = randomBytes(64).toString("hex");
    sessions.add(session);
    response.writeHead(200, json).end(loginAnswer(session));
  });
  request.resume();
}

function inspect(request: IncomingMessage): void {
  inspecting = false;
  let text = "";
  request.on("data", (chunk: Buffer) => (text += chunk.toString()));
  request.on("end", () => (inspected = { method: request.method, headers: request.headers, body: JSON.parse(text) as unknown }));
}

/** `/control/counts`, `/control/expire/<calls from now>`, `/control/inspect` and then `/control/inspected`. */
function control(request: IncomingMessage, response: ServerResponse): void {
  const [, , what, number] = (request.url ?? "").split("/");
  if (what === "expire") passing = Number(number);
  if (what === "inspect") inspecting = true;
  const { user, system } = process.cpuUsage();
  const told: Counts = { ...counts, cpuMicros: user + system };
  request.resume();
  response.writeHead(200, json).end(JSON.stringify(what === "inspected" ? inspected : told));
}

function listen(server: http.Server | https.Server): Promise<number> {
  // Longer than any pause of a run: no client is to lose a connection that it kept.
  server.keepAliveTimeout = 120_000;
  server.on(server instanceof https.Server ? "secureConnection" : "connection", () => (counts.connections += 1));
  return new Promise((resolve) => {
    server.listen({ port: 0, host: "127.0.0.1", backlog: 2_048 }, () => { resolve((server.address() as AddressInfo).port); });
  });
}

const port = await listen(http.createServer(onRequest));
const { certificate } = task;
const secure = certificate && https.createServer({ key: readFileSync(certificate.key), cert: readFileSync(certificate.cert) }, onRequest);
const ready: Ready = {
  http: `http://127.0.0.1:${port}/graphql`,
  https: secure && `https://127.0.0.1:${await listen(secure)}/graphql`,
  control: `http://127.0.0.1:${port}/control`,
  token,
};
process.send?.(ready);
process.on("disconnect", () => process.exit());
