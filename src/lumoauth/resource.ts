import { ResponseFormatError } from "../errors/index.ts";
import { Checks } from "../core/checks.ts";
import type { CallPlan } from "../core/connection.ts";
import type { RequestOptions } from "../core/options.ts";
import type { PagedList } from "../core/paged-list.ts";
import { isRecord } from "../core/transport/json.ts";
import { hidePassword, type Gateway } from "./gateway.ts";
import { aboutOne, type AboutOne } from "./ids.ts";
import { listed } from "./pages.ts";
import type { ListQuery, LumoAuthId } from "./types.ts";

/** What the kinds of objects differ in. */
export interface ResourceOptions<T, C, Made> {
  /** The step of the path. */
  readonly kind: string;
  /** What a new one must have. */
  readonly required: readonly (keyof C & string)[];
  /** Reads one that is there already. */
  readonly read: (data: Record<string, unknown>) => T;
  /** Reads one that has just been made. */
  readonly made: (data: Record<string, unknown>) => Made;
  readonly plan?: (input: C) => CallPlan;
}

/** One kind of object of the admin API. */
export class Resource<T extends object, C extends object, Made extends object = T, Q extends ListQuery = ListQuery> {
  readonly #gateway: Gateway;
  readonly #options: ResourceOptions<T, C, Made>;

  /** @internal */
  constructor(gateway: Gateway, options: ResourceOptions<T, C, Made>) {
    this.#gateway = gateway;
    this.#options = options;
  }

  /**
   * All objects that the query fits, page by page; each page has the `timeout` of a call. Nothing is sent before the
   * iteration begins, and nothing after it was left.
   *
   * @example
   * for await (const user of client.users.list({ search: "@example.com" })) console.log(user.email);
   */
  list(query?: Q, options?: RequestOptions): PagedList<T> {
    const { kind, read } = this.#options;
    const request = { method: "GET", path: `admin/${kind}`, operationName: `GET /admin/${kind}` };
    return listed(this.#gateway, { name: `${kind}.list`, request: () => request, read }, query ?? {}, options);
  }

  /** @throws {@link NotFoundError} */
  async get(id: LumoAuthId, options?: RequestOptions): Promise<T> {
    const checks = new Checks(`${this.#options.kind}.get`);
    return this.#one({ method: "GET", id }, checks, options);
  }

  /**
   * @throws {@link ValidationError} with `issues`, before or after sending.
   * @throws {@link RestRequestError} with `status` 409 where there is one like it already.
   */
  async create(input: C, options?: RequestOptions): Promise<Made> {
    const { kind, required, made, plan } = this.#options;
    const checks = new Checks(`${kind}.create`);
    const given = checks.object(input, "input");
    for (const name of required) {
      const value = given[name];
      const ok = Array.isArray(value) ? value.length > 0 : typeof value === "string" && value.trim() !== "";
      if (!ok) checks.fail(name, "is required");
    }
    checks.done();
    hidePassword(this.#gateway, Reflect.get(given, "password"));
    const request = { method: "POST", path: `admin/${kind}`, body: input, operationName: `POST /admin/${kind}` };
    return this.#gateway.ask(request, options, ({ value }) => made(objectIn(value)), plan?.(input));
  }

  /** Changes what is given, and leaves the rest; a list takes the place of the whole list. */
  async update(id: LumoAuthId, changes: Partial<C>, options?: RequestOptions): Promise<T> {
    const checks = new Checks(`${this.#options.kind}.update`);
    const given = checks.object(changes, "changes");
    if (given === changes && Object.keys(given).length === 0) checks.fail("changes", "must change something");
    hidePassword(this.#gateway, Reflect.get(given, "password"));
    return this.#one({ method: "PUT", id, body: changes }, checks, options);
  }

  /** @throws {@link NotFoundError} */
  async delete(id: LumoAuthId, options?: RequestOptions): Promise<void> {
    const { kind } = this.#options;
    const checks = new Checks(`${kind}.delete`);
    const request = aboutOne({ method: "DELETE", kind, id }, checks);
    checks.done();
    await this.#gateway.ask(request, options, () => undefined);
  }

  async #one(about: Omit<AboutOne, "kind">, checks: Checks, options: RequestOptions | undefined): Promise<T> {
    const { kind, read } = this.#options;
    const request = aboutOne({ kind, ...about }, checks);
    checks.done();
    return this.#gateway.ask(request, options, ({ value }) => read(objectIn(value)));
  }
}

/** The object of an answer: the documents show it with and without `data` around it. */
export function objectIn(answer: unknown): Record<string, unknown> {
  const object: unknown = isRecord(answer) && isRecord(answer["data"]) ? answer["data"] : answer;
  if (isRecord(object)) return object;
  throw new ResponseFormatError("the answer holds no object", "application/json", 0);
}

/** An object as the server sent it. What has no id is none, whatever else it is. */
export function identified<T extends { readonly id: LumoAuthId }>(data: Record<string, unknown>): T {
  if (isIdentified<T>(data)) return data;
  throw new ResponseFormatError("the answer holds no object with an id", "application/json", 0);
}

function isIdentified<T extends { readonly id: LumoAuthId }>(data: Record<string, unknown>): data is Record<string, unknown> & T {
  const { id } = data;
  return typeof id === "string" || typeof id === "number";
}
