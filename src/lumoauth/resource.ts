import { ResponseFormatError } from "../errors/index.ts";
import { Checks } from "../core/checks.ts";
import type { CallPlan } from "../core/connection.ts";
import type { RequestOptions } from "../core/options.ts";
import { pagedList, type PagedList } from "../core/paged-list.ts";
import type { RestAnswer, RestRequest } from "../core/rest-connection.ts";
import { isRecord } from "../core/transport/json.ts";
import type { ListQuery, LumoAuthId } from "./types.ts";

/** What the resources need of a client. */
export interface Gateway {
  ask<T>(request: RestRequest, options: RequestOptions | undefined, read: (answer: RestAnswer) => T, plan?: CallPlan): Promise<T>;
  /** Names a secret to be kept out of messages from now on. */
  hide(secret: string): void;
}

const largestPage = 100;

/** One kind of object of the admin API. */
export class Resource<T extends object, C extends object, Made extends object = T> {
  readonly #gateway: Gateway;
  readonly #name: string;
  readonly #required: readonly (keyof C & string)[];
  readonly #made: (data: Record<string, unknown>) => Made;
  readonly #plan: CallPlan;

  /** @internal */
  constructor(
    gateway: Gateway,
    name: string,
    required: readonly (keyof C & string)[],
    /** Reads a new object. */
    made: (data: Record<string, unknown>) => Made,
    plan: CallPlan = {},
  ) {
    this.#gateway = gateway;
    this.#name = name;
    this.#required = required;
    this.#made = made;
    this.#plan = plan;
  }

  /**
   * All objects that the query fits, page by page.
   *
   * @example
   * for await (const user of client.users.list({ search: "@example.com" })) console.log(user.email);
   */
  list(query: ListQuery = {}, options?: RequestOptions): PagedList<T> {
    return pagedList(() => this.#pages(query, options));
  }

  /** @throws {@link NotFoundError} */
  async get(id: LumoAuthId, options?: RequestOptions): Promise<T> {
    return this.#gateway.ask(this.#one("GET", "get", id), options, ({ value }) => objectIn(value) as T);
  }

  /** @throws {@link ValidationError} with `issues`, before or after sending. */
  async create(input: C, options?: RequestOptions): Promise<Made> {
    const checks = new Checks(`${this.#name}.create`);
    const given = checks.object(input, "input");
    for (const name of this.#required) {
      const value = given[name];
      const ok = Array.isArray(value) ? value.length > 0 : typeof value === "string" && value.trim() !== "";
      if (!ok) checks.fail(name, "is required");
    }
    checks.done();
    const request = { method: "POST", path: this.#path(), body: input, operationName: `POST /${this.#path()}` };
    return this.#gateway.ask(request, options, ({ value }) => this.#made(objectIn(value)), this.#plan);
  }

  /** Changes what is given; a list takes the place of the whole list. */
  async update(id: LumoAuthId, changes: Partial<C>, options?: RequestOptions): Promise<T> {
    const checks = new Checks(`${this.#name}.update`);
    if (Object.keys(checks.object(changes, "changes")).length === 0) checks.fail("changes", "must change something");
    checks.done();
    return this.#gateway.ask({ ...this.#one("PUT", "update", id), body: changes }, options, ({ value }) => objectIn(value) as T);
  }

  /** @throws {@link NotFoundError} */
  async delete(id: LumoAuthId, options?: RequestOptions): Promise<void> {
    await this.#gateway.ask(this.#one("DELETE", "delete", id), options, () => undefined);
  }

  #path(): string {
    return `admin/${this.#name}`;
  }

  #one(method: string, action: string, id: LumoAuthId): RestRequest {
    const checks = new Checks(`${this.#name}.${action}`);
    checks.id(id, "id");
    if (id === "." || id === "..") checks.fail("id", "must not be a step in a path");
    checks.done();
    return { method, path: `${this.#path()}/${encodeURIComponent(id)}`, operationName: `${method} /${this.#path()}/{id}` };
  }

  async *#pages(query: ListQuery, options: RequestOptions | undefined): AsyncGenerator<T, void, undefined> {
    const checks = new Checks(`${this.#name}.list`);
    const { limit = largestPage, ...filters } = checks.object(query, "query");
    if (!Number.isInteger(limit) || limit < 1 || limit > largestPage) checks.fail("limit", `must be a whole number from 1 to ${String(largestPage)}`);
    checks.done();
    for (let page = 1; ; page += 1) {
      const request = { method: "GET", path: this.#path(), query: { ...filters, page, limit }, operationName: `GET /${this.#path()}` };
      const { items, last } = await this.#gateway.ask(request, options, ({ value }) => pageIn<T>(value, page, limit));
      yield* items;
      if (last) return;
    }
  }
}

/** The object of an answer: the documents show it with and without `data` around it. */
export function objectIn(answer: unknown): Record<string, unknown> {
  const object: unknown = isRecord(answer) && isRecord(answer["data"]) ? answer["data"] : answer;
  if (isRecord(object)) return object;
  throw new ResponseFormatError("the answer holds no object", "application/json", 0);
}

/** `data` else `items`; `meta` else `pagination` else the answer itself. */
function pageIn<T>(answer: unknown, page: number, limit: number): { items: readonly T[]; last: boolean } {
  const body: Record<string, unknown> = isRecord(answer) ? answer : {};
  const list = body["data"] ?? body["items"];
  if (!Array.isArray(list) || !list.every(isRecord)) throw new ResponseFormatError("the answer holds no list", "application/json", 0);
  const about = [body["meta"], body["pagination"], body].find(isRecord) ?? {};
  const { hasNextPage, total } = about;
  // An empty page ends the list whatever the server says, or it could keep us here for ever.
  const last =
    list.length === 0 ||
    (typeof hasNextPage === "boolean" ? !hasNextPage : typeof total === "number" ? page * limit >= total : list.length < limit);
  return { items: list as readonly T[], last };
}
