import { execFile, fork, type ChildProcess } from "node:child_process";
import type { Ready, ServerTask } from "./server/contract.ts";
import type { ScriptName, Workshop } from "./workshop.ts";

/** Variables of the measuring processes: nothing of this shell's, such as a proxy, that some clients would heed and others not. */
function environment({ certificate }: Workshop): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    NODE_ENV: "production",
    // The one way to trust a certificate that every client knows.
    ...(certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificate.cert }),
  };
}

/** Runs a measuring process to its end, and gives what it handed over. */
export function measure<T>(workshop: Workshop, script: ScriptName, task: object, nodeOptions: readonly string[] = []): Promise<T> {
  const given = [...nodeOptions, workshop.script(script), JSON.stringify(task)];
  const options = { cwd: workshop.folder, env: environment(workshop), timeout: 300_000, maxBuffer: 16_777_216 };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, given, options, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as T);
      else reject(new Error(`${script} ${JSON.stringify(task)}\n${stderr.trim() === "" ? error.message : stderr.trim()}`));
    });
  });
}

export interface Server extends Ready {
  stop(): void;
}

export function startServer(workshop: Workshop): Promise<Server> {
  const task: ServerTask = { certificate: workshop.certificate };
  const child: ChildProcess = fork(workshop.script("server"), [JSON.stringify(task)], { execArgv: [], env: environment(workshop) });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => { reject(new Error(`the server ended with ${String(code)}`)); });
    child.once("message", (message) => {
      const ready = message as Ready;
      resolve({ ...ready, stop: () => { child.disconnect(); } });
    });
  });
}
