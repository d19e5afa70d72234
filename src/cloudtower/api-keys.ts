import { AmbiguousMutationError, GraphQLRequestError, PermissionError, ResponseFormatError } from "../errors/index.ts";
import { annotate } from "../errors/keylight-error.ts";
import { Checks } from "../core/checks.ts";
import type { CallPlan } from "../core/connection.ts";
import { credentialText } from "../core/credentials/text.ts";
import type { GraphQLAnswer, GraphQLConnection } from "../core/graphql-connection.ts";
import type { RequestOptions } from "../core/options.ts";
import { promised, promisedText } from "../core/promised.ts";
import { Secret } from "../core/secret.ts";
import type { Document } from "../core/transport/document.ts";
import { isRecord } from "../core/transport/json.ts";
import { CreateApiKeyDocument, DeleteApiKeyByIdDocument, DeleteApiKeyDocument, type UserRolePreset } from "./generated/operations.ts";

/** A new API key. It is the user's: it may do what the user may. */
export interface CreatedApiKey {
  readonly id: string;
  /** Shown this once, also by CloudTower. */
  readonly key: Secret;
  /** `preset` is null for roles that people made themselves; servers may know more presets than these. */
  readonly roles: readonly { readonly id: string; readonly preset: UserRolePreset | (string & {}) | null }[];
}

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
   * Makes a key. What is done with it later shows under its name, so give a telling one.
   *
   * @throws {@link AmbiguousMutationError} when the answer was lost. Keys cannot be listed, so `recover()` can only say `undecided`.
   * @throws {@link PermissionError} on a client that holds an API key: a login token is needed.
   */
  async create(input: { name: string }, options?: RequestOptions): Promise<CreatedApiKey> {
    this.#needToken("CreateApiKey");
    const checks = new Checks("apiKeys.create");
    const { name } = checks.object(input, "input");
    const variables = { name: checks.name(name ?? "", "name") };
    checks.done();
    const ambiguous: NonNullable<CallPlan["ambiguous"]> = (why, phase) =>
      new AmbiguousMutationError(
        `the answer to the creation of an API key was lost (${why}), so a key may exist that nobody knows`,
        phase,
        () => Promise.resolve({ outcome: "undecided", candidates: [] }),
        { hint: "Look in CloudTower for a new key of this name and delete it, then create again." },
      );
    // The key is shown once: errors beside it are no reason to lose it.
    const accepts: CallPlan["accepts"] = ({ createApiKey: made }) => isRecord(made) && typeof made["key"] === "string";
    const read = (data: Record<string, unknown>): CreatedApiKey => {
      const { createApiKey: made } = data;
      if (!isRecord(made)) throw ambiguous("it lacks the key", "body");
      return this.#created(made);
    };
    return this.#ask(CreateApiKeyDocument, variables, options, read, { ambiguous, accepts });
  }

  /**
   * Deletes a key: it is refused from then on. By `key` is documented; by `id` is inferred.
   *
   * @throws {@link NotFoundError}
   */
  async delete(where: { key: string | Secret } | { id: string }, options?: RequestOptions): Promise<{ id: string }> {
    this.#needToken("DeleteApiKey");
    const checks = new Checks("apiKeys.delete");
    const { key, id }: { key?: string | Secret; id?: string } = checks.object<{ key?: string | Secret; id?: string }>(where, "where");
    if ((key === undefined) === (id === undefined)) checks.fail("where", "must hold either key or id");
    if (key === undefined && id !== undefined) checks.id(id, "where.id");
    checks.done();
    const read = (data: Record<string, unknown>): { id: string } => {
      const deleted = promised<Record<string, unknown>>(data["deleteApiKey"] as Record<string, unknown> | null, "deleteApiKey");
      return { id: promisedText(deleted["id"], "deleteApiKey.id") };
    };
    if (key === undefined) return this.#ask(DeleteApiKeyByIdDocument, { id: id ?? "" }, options, read);
    const text = credentialText(key, "where.key");
    this.#connection.options.secrets.addMade(text);
    return this.#ask(DeleteApiKeyDocument, { key: text }, options, read);
  }

  #created(made: Record<string, unknown>): CreatedApiKey {
    const { id, key, roles } = made;
    if (typeof key !== "string" || key === "") {
      throw new ResponseFormatError("the answer to the creation of an API key lacks the key", "application/json", 0, {
        hint: "Look in CloudTower for a new key of this name and delete it, then create again.",
      });
    }
    this.#connection.options.secrets.addMade(key);
    const list: readonly unknown[] = Array.isArray(roles) ? roles : [];
    return {
      id: promisedText(id, "createApiKey.id"),
      key: new Secret(key),
      roles: list.filter(isRecord).map((role) => ({ id: String(role["id"]), preset: typeof role["preset"] === "string" ? role["preset"] : null })),
    };
  }

  async #ask<TData, TVariables extends object, T>(
    document: Document<TData, TVariables>,
    variables: TVariables,
    options: RequestOptions | undefined,
    read: (data: Record<string, unknown>) => T,
    plan?: CallPlan,
  ): Promise<T> {
    try {
      return await this.#connection.ask(document, variables, options, ({ value }: GraphQLAnswer) => read(value.data ?? {}), plan);
    } catch (error) {
      const isOld = error instanceof GraphQLRequestError && /Cannot query field|Unknown (type|argument)/.test(error.message);
      if (!isOld) throw error;
      throw annotate(error, { hint: "This CloudTower seems to be older than 4.4, which knows no API keys: look at its version with version()." });
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
