import { version, type CredentialOrigin } from "keylight";
import type { Context } from "../context.ts";
import { exitCodes, troubleOf } from "../failure.ts";
import type { Finding } from "./doctor.ts";
import { nextOf } from "./next.ts";

/** As `engines` of the package says it. */
export const oldestNode = "20.19.0";

/** What can be seen without asking anybody. */
export async function here(context: Context): Promise<Finding[]> {
  return [{ check: "keylight", status: "ok", detail: version, facts: { version } }, nodeVersion(context), variablesFile(context), await credential(context)];
}

function nodeVersion({ host: { node } }: Context): Finding {
  const numbers = (text: string): number[] => text.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [major = 0, minor = 0] = numbers(node);
  const [oldMajor = 0, oldMinor = 0] = numbers(oldestNode);
  const isNew = major > oldMajor || (major === oldMajor && minor >= oldMinor);
  const facts = { version: node, atLeast: oldestNode };
  if (isNew) return { check: "Node", status: "ok", detail: node, facts };
  const next = `Install Node ${oldestNode} or newer.`;
  return { check: "Node", status: "fail", detail: `${node} is older than ${oldestNode}`, next, facts, trouble: { message: "", hint: next, code: "NODE_TOO_OLD", exitCode: exitCodes.usage } };
}

function variablesFile({ variables: { file } }: Context): Finding {
  if (file === undefined) return { check: "Variables", status: "ok", detail: "from the environment; there is no .env here", facts: { file: null } };
  return { check: "Variables", status: "ok", detail: `from the environment, and ${file.count} from ${file.name}`, facts: { file: file.name, count: file.count } };
}

async function credential(context: Context): Promise<Finding> {
  const check = "Credential";
  try {
    const found = await context.credential();
    if (found !== undefined) {
      const source = described(context, found);
      return { check, status: "ok", detail: `${source}, sent as ${found.header}`, facts: { kind: found.kind, source, header: found.header } };
    }
    const next = "Set LC_USER_KEY_ID and LC_USER_KEY_SECRET, or LC_API_KEY, in the environment or in .env. `keylight sandbox` has some to try.";
    return { check, status: "fail", detail: "there is none", next, trouble: { message: "", hint: next, code: "INVALID_CONFIGURATION", exitCode: exitCodes.usage } };
  } catch (error) {
    const trouble = await troubleOf(error);
    return { check, status: "fail", detail: trouble.message, next: nextOf(trouble), trouble };
  }
}

/** The source of a credential, with the place that each of its variables comes from. */
function described({ variables, options }: Context, { kind, source }: CredentialOrigin): string {
  if (kind === "apiKey" && options.apiKeyFile !== undefined) return `--api-key-file ${options.apiKeyFile}`;
  return source.replace(/[A-Z_]{3,}/g, (name) => `${name} (${variables.originOf(name) === "env-file" ? (variables.file?.name ?? ".env") : "environment"})`);
}
