import { AmbiguousMutationError, GraphQLRequestError, NotFoundError, PermissionError, ResponseFormatError, type TransportPhase } from "../errors/index.ts";
import { Checks } from "../core/checks.ts";
import type { CallPlan } from "../core/connection.ts";
import { isCredentialText, trimAscii } from "../core/credentials/text.ts";
import type { GraphQLAnswer, GraphQLConnection } from "../core/graphql-connection.ts";
import type { RequestOptions } from "../core/options.ts";
import { promised, promisedText } from "../core/promised.ts";
import { revealed, Secret } from "../core/secret.ts";
import type { Document } from "../core/transport/document.ts";
import { isRecord } from "../core/transport/json.ts";
import { base } from "../core/transport/outcome.ts";
import { CreateApiKeyDocument, DeleteApiKeyByIdDocument, DeleteApiKeyDocument, type UserRolePreset } from "./generated/operations.ts";

/** A new API key. It is the user's: it may do what the user may. */
export interface CreatedApiKey {
  readonly id: string;
  /** Shown this once, also by CloudTower. */
  readonly key: Secret;
  /** `preset` is null for roles that people made themselves; servers may know more presets than these. */
  readonly roles: readonly { readonly id: string; readonly preset: UserRolePreset | (string & {}) | null }[];
}

const lookForKey = "Look in CloudTower for a new key of this name and delete it, then create again.";

/**
 * API keys of the user who is logged in. CloudTower knows them since about 4.4.0 (inferred); they do not expire.
 *
 * @see https://code.smartx.com (CloudTower API, API keys)
 */
export class ApiKeys {
  readonly #connection: GraphQLConnection;
  readonly #mayManage: boolean;

  /** @internal */
  constructor(connection: GraphQLConnection, mayManage: boolean) {
    this.#connection = connection;
    this.#mayManage = mayManage;
  }

  /**
   * Makes a key. What is done with it later shows under its name, so give a telling one. Never sent twice: `idempotent`
   * counts for nothing here.
   *
   * @throws {@link AmbiguousMutationError} when the answer was lost. Keys cannot be listed, so `recover()` can only say `undecided`.
   * @throws {@link PermissionError} on a client that holds an API key: a login token is needed.
   */
  async create(input: { name: string }, options?: RequestOptions): Promise<CreatedApiKey> {
    this.#needToken("CreateApiKey");
    const checks = new Checks("apiKeys.create");
    const { name } = checks.object(input, "input");
    // How long a name may be is not documented.
    if (typeof name !== "string" || name.trim() === "") checks.fail("name", "must be text that is not empty");
    checks.done();
    // The key is shown once: errors beside it are no reason to lose it.
    const accepts: CallPlan["accepts"] = ({ createApiKey: made }) => isRecord(made) && typeof made["key"] === "string";
    const read = ({ value }: GraphQLAnswer): CreatedApiKey => {
      const made: unknown = value.data?.["createApiKey"];
      if (!isRecord(made)) throw lostAnswer("it lacks the key", "body");
      return this.#created(made);
    };
    // Each success is another live key, and those that got lost could not be listed.
    const once = typeof options === "object" && options !== null ? { ...options, idempotent: false } : options;
    return this.#ask(CreateApiKeyDocument, { name: name ?? "" }, once, read, { ambiguous: lostAnswer, accepts });
  }

  /**
   * Deletes a key: it is refused from then on. By `key` is documented; by `id` is inferred.
   *
   * @throws {@link NotFoundError} when there is no such key.
   * @throws {@link PermissionError} on a client that holds an API key: a login token is needed.
   */
  async delete(where: { key: string | Secret } | { id: string }, options?: RequestOptions): Promise<{ id: string }> {
    this.#needToken("DeleteApiKey");
    const { key, id } = checkedWhere(where);
    const deleted =
      key === undefined
        ? await this.#ask(DeleteApiKeyByIdDocument, { id }, options, readDeleted)
        : await this.#ask(DeleteApiKeyDocument, { key: this.#hidden(key) }, options, readDeleted);
    if ("id" in deleted) return deleted;
    const { response, attempts } = deleted.answer;
    const facts = base(response, { ...this.#connection.options, operationName: "DeleteApiKey" });
    throw new NotFoundError("there is no such API key", { ...facts, attempts, hint: this.#connection.options.dialect.hints.notFound });
  }

  #created({ id, key, roles }: Record<string, unknown>): CreatedApiKey {
    if (typeof key !== "string" || key === "") {
      throw new ResponseFormatError("the answer to the creation of an API key lacks the key", "application/json", 0, { hint: lookForKey });
    }
    const list: readonly unknown[] = Array.isArray(roles) ? roles : [];
    return {
      // Not worth losing the key for: that is enough to delete it by.
      id: typeof id === "string" || typeof id === "number" ? String(id) : "",
      key: new Secret(this.#hidden(key)),
      roles: list.filter(isRecord).map(({ id: role, preset }) => ({ id: typeof role === "string" ? role : "", preset: typeof preset === "string" ? preset : null })),
    };
  }

  /** A key that from now on shows in no error. */
  #hidden(key: string): string {
    this.#connection.options.secrets.addMade(key);
    return key;
  }

  async #ask<TData, TVariables extends object, T>(
    document: Document<TData, TVariables>,
    variables: TVariables,
    options: RequestOptions | undefined,
    read: (answer: GraphQLAnswer) => T,
    plan?: CallPlan,
  ): Promise<T> {
    try {
      return await this.#connection.ask(document, variables, options, read, plan);
    } catch (error) {
      throw error instanceof GraphQLRequestError && notUnderstood.test(error.message) ? unsupported(error) : error;
    }
  }

  #needToken(operationName: string): void {
    if (this.#mayManage) return;
    throw new PermissionError(`${operationName}: API keys are managed with a login token, and this client holds an API key`, "PERMISSION_DENIED", {
      operationName,
      hint: "Give login or token instead; or say manageKeysWithKey: true to let the server decide.",
    });
  }
}

function lostAnswer(why: string, phase: TransportPhase): AmbiguousMutationError {
  const recover = (): Promise<{ outcome: "undecided"; candidates: [] }> => Promise.resolve({ outcome: "undecided", candidates: [] });
  return new AmbiguousMutationError(`the answer to the creation of an API key was lost (${why}), so a key may exist that nobody knows`, phase, recover, { hint: lookForKey });
}

type Where = { readonly key: string; readonly id?: never } | { readonly key?: never; readonly id: string };

/** @throws {@link ValidationError} for what names no key. */
function checkedWhere(where: { key?: string | Secret; id?: string }): Where {
  const checks = new Checks("apiKeys.delete");
  const { key, id } = checks.object<{ key?: string | Secret; id?: string }>(where, "where");
  if ((key === undefined) === (id === undefined)) checks.fail("where", "must hold either key or id");
  if (key === undefined) {
    if (id !== undefined) checks.id(id, "where.id");
    checks.done();
    return { id: String(id) };
  }
  const text: unknown = revealed(key) ?? key;
  const bare = typeof text === "string" ? trimAscii(text) : "";
  if (!isCredentialText(bare)) checks.fail("where.key", "must be the whole key, as text or a Secret");
  checks.done();
  return { key: bare };
}

/** The id of the deleted key, or the answer where there was none to delete. */
function readDeleted(answer: GraphQLAnswer): { readonly id: string } | { readonly answer: GraphQLAnswer } {
  const data = answer.value.data ?? {};
  if (data["deleteApiKey"] === null) return { answer };
  const { id } = promised(isRecord(data["deleteApiKey"]) ? data["deleteApiKey"] : null, "deleteApiKey");
  return { id: promisedText(id, "deleteApiKey.id") };
}

const notUnderstood = /Cannot query field|Unknown (?:type|argument)|is not defined by type/;

/** The server did not even begin with a document that it does not understand. */
function unsupported({ message, errors, data, operationName, variableNames, status, requestId, attempts }: GraphQLRequestError): GraphQLRequestError {
  return new GraphQLRequestError(`this version of CloudTower does not support ${operationName ?? "API keys"}: ${message}`, errors, data, {
    ...{ operationName, variableNames, status, requestId, attempts },
    hint: "Look at version(): API keys came with about 4.4. Deletion by id is inferred: give the key instead.",
  });
}
