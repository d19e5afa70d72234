import http from "node:http";
import type { Counts } from "./contract.ts";

/** Asks the server something beside the calls; over `node:http`, so that no process gets the runtime's `fetch` by it. */
function ask(control: string, what: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = http.get(`${control}/${what}`, { agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => { resolve(text === "" ? undefined : JSON.parse(text)); });
    });
    request.on("error", reject);
  });
}

export async function countsOf(control: string): Promise<Counts> {
  return (await ask(control, "counts")) as Counts;
}

/** Ends all sessions when that many calls have passed from now on. */
export async function expireAfter(control: string, calls: number): Promise<void> {
  await ask(control, `expire/${calls}`);
}

/** Lets the server keep the next call that comes. */
export async function inspectNext(control: string): Promise<void> {
  await ask(control, "inspect");
}

/** The call that the server kept. */
export async function inspected(control: string): Promise<unknown> {
  return ask(control, "inspected");
}
