import { json, type Answer } from "../shared/answer.ts";
import { parseJson } from "../shared/json.ts";
import type { ReadCall } from "../shared/pipeline.ts";
import type { Received } from "../shared/received.ts";
import { badRequest, Refusal, restError } from "./answers.ts";
import { authenticateRest } from "./auth.ts";
import { newId } from "./ids.ts";
import type { RestOperation, RestOperations } from "./rest-operations.ts";
import type { Workshop } from "./workshop.ts";

const languages = new Set(["en-US", "zh-CN", "*"]);

/** Reads a call whose path has this name after `/v2/api/`. */
export function readRestCall(received: Received, name: string, operations: RestOperations, workshop: Workshop): ReadCall {
  return {
    operationName: name,
    variables: {},
    execute: async () => identified(await outcomeOf(`/${name}`, () => run(received, operations.get(name), workshop))),
  };
}

/** What a credential that is missing or bad is told. */
export function credentialRefusal({ refuse }: Pick<Workshop, "refuse">): Refusal {
  return refuse("restCredential", "The credential is missing or not valid.");
}

/** Every answer of the REST API has an id. */
export function identified(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, "x-tower-request-id": newId() } };
}

function run(received: Received, operation: RestOperation | undefined, workshop: Workshop): unknown {
  const { method, headers } = received;
  if (operation?.method !== method) throw new Refusal(404, "There is no such operation.");
  if (!languages.has(headers.get("content-language") ?? "*")) throw badRequest("content-language must be en-US, zh-CN or *.");
  if (operation.isPublic) return operation.run(bodyOf(received));
  const caller = authenticateRest(headers, workshop.state, workshop.settings);
  if (caller === undefined) throw credentialRefusal(workshop);
  return operation.run(bodyOf(received), caller);
}

function bodyOf({ text }: Received): unknown {
  const body = text === "" ? undefined : parseJson(text);
  if (text !== "" && body === undefined) throw badRequest("The body is no JSON.");
  return body;
}

async function outcomeOf(path: string, work: () => unknown): Promise<Answer> {
  try {
    return json(200, await work());
  } catch (error) {
    if (error instanceof Refusal) return restError(error, path);
    return restError(new Refusal(500, error instanceof Error ? error.message : String(error)), path);
  }
}
