import { ResponseFormatError } from "../errors/index.ts";
import { Checks } from "../core/checks.ts";
import type { RequestOptions } from "../core/options.ts";
import { pagedList, type PagedList } from "../core/paged-list.ts";
import type { RestRequest } from "../core/rest-connection.ts";
import { isRecord } from "../core/transport/json.ts";
import type { QueryParameters } from "../core/transport/rest.ts";
import type { Gateway } from "./gateway.ts";
import type { ListQuery } from "./types.ts";

/** The largest that is documented for servers of both generations. */
const largestPage = 100;

/** A list of the API. */
export interface Listed<T> {
  /** The method, for what is wrong with its input. */
  readonly name: string;
  /** The request for it, without the query. */
  readonly request: (checks: Checks) => RestRequest;
  /** Reads one object. */
  readonly read: (item: Record<string, unknown>) => T;
}

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly hasNextPage: boolean | undefined;
  readonly total: number | undefined;
  /** How many objects the server gives at once, which may be fewer than were asked for. */
  readonly limit: number | undefined;
  /** Told by servers that count objects instead of pages. */
  readonly offset: number | undefined;
}

/** A list that is read page by page while it is iterated. */
export function listed<T>(gateway: Gateway, list: Listed<T>, query: ListQuery, options: RequestOptions | undefined): PagedList<T> {
  return pagedList(() => pages(gateway, list, query, options));
}

async function* pages<T>(gateway: Gateway, { name, request, read }: Listed<T>, query: ListQuery, options: RequestOptions | undefined): AsyncGenerator<T, void, undefined> {
  const checks = new Checks(name);
  const bare = request(checks);
  const { limit, filters } = checkedQuery(query, checks);
  checks.done();
  const repetition = new Repetition();
  let seen = 0;
  let next: QueryParameters = { page: 1 };
  for (let number = 2; ; number += 1) {
    const { page, items, isFresh } = await gateway.ask({ ...bare, query: { ...filters, ...next, limit } }, options, ({ value }) => {
      const told = pageIn(value);
      const isNew = repetition.isFresh(told.items);
      return { page: told, isFresh: isNew, items: isNew ? told.items.map(read) : [] };
    });
    for (const item of items) {
      // An abort ends the iteration at once, also among objects that are here already.
      options?.signal?.throwIfAborted();
      yield item;
    }
    seen += items.length;
    if (isFresh && isLast(page, seen, limit)) return;
    next = page.offset === undefined ? { page: number } : { page: number, offset: seen };
  }
}

function checkedQuery(query: ListQuery, checks: Checks): { limit: number; filters: QueryParameters } {
  const { limit = largestPage, ...filters } = checks.object(query, "query");
  if (!Number.isInteger(limit) || limit < 1 || limit > largestPage) checks.fail("limit", `must be a whole number from 1 to ${String(largestPage)}`);
  for (const [filter, value] of Object.entries(filters)) {
    if (value !== undefined && !["string", "number", "boolean"].includes(typeof value)) checks.fail(filter, "must be text, a number, true or false");
  }
  return { limit, filters };
}

/** `data` else `items`; of what is told about them, `meta` else `pagination` else the answer itself. */
function pageIn(answer: unknown): Page {
  const body: Record<string, unknown> = isRecord(answer) ? answer : {};
  const items = body["data"] ?? body["items"];
  if (!Array.isArray(items) || !items.every(isRecord)) throw new ResponseFormatError("the answer holds no list", "application/json", 0);
  const places = [body["meta"], body["pagination"], body].filter(isRecord);
  const told = <T>(name: string, is: (value: unknown) => value is T): T | undefined => places.map((place) => place[name]).find(is);
  return { items, hasNextPage: told("hasNextPage", isFlag), total: told("total", isCount), limit: told("limit", isCount), offset: told("offset", isCount) };
}

function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** An empty page ends the list whatever the server says. Objects are counted, since it may give fewer at once than were asked for. */
function isLast({ items, hasNextPage, total, limit: told }: Page, seen: number, limit: number): boolean {
  if (items.length === 0) return true;
  if (hasNextPage !== undefined) return !hasNextPage;
  return total === undefined ? items.length < (told ?? limit) : seen >= total;
}

/** Notices a server that gives the same pages for ever, as one does that does not know how it is asked for the next one. */
class Repetition {
  /** One short text a page: first object, last object, how many. */
  readonly #seen = new Set<string>();
  #repeated = 0;

  /**
   * Whether the page is another one than those before. One repetition is let pass: objects that were made in the
   * meantime can move a short page to where the next one was.
   *
   * @throws {@link ResponseFormatError} at the second one in a row.
   */
  isFresh(items: readonly Record<string, unknown>[]): boolean {
    if (items.length === 0) return true;
    const page = JSON.stringify([keyOf(items[0]), keyOf(items.at(-1)), items.length]);
    if (!this.#seen.has(page)) {
      this.#seen.add(page);
      this.#repeated = 0;
      return true;
    }
    this.#repeated += 1;
    if (this.#repeated < 2) return false;
    throw new ResponseFormatError("the server gives a page again that it gave before, so the list would never end", "application/json", 0, {
      hint: "The objects up to here are right. Check pathPrefix: servers differ in how pages are asked for.",
    });
  }
}

function keyOf(item: Record<string, unknown> | undefined): unknown {
  const id = item?.["id"];
  return typeof id === "string" || typeof id === "number" ? id : item;
}
