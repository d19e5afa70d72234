import { json, type Answer } from "../shared/answer.ts";
import type { Call } from "./call.ts";
import type { Settings } from "./options.ts";

/** A part of a list, and where it lies. */
interface Page {
  readonly items: readonly object[];
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
}

/** Answers a list: sorts these objects, cuts out the page that the query asks for, and wraps it as the settings say. */
export function listAnswer({ request }: Call, settings: Settings, all: readonly object[]): Answer {
  const query = request.url.searchParams;
  const [defaultLimit, largestLimit] = settings.lists === "items" ? [50, 500] : [25, 100];
  const limit = Math.min(wholeNumber(query, "limit", 1) ?? defaultLimit, largestLimit);
  const page = wholeNumber(query, "page", 1) ?? 1;
  const given = settings.lists === "items" ? wholeNumber(query, "offset", 0) : undefined;
  const offset = given ?? (page - 1) * limit;
  const items = sorted(all, query).slice(offset, offset + limit);
  return json(200, envelope({ items, total: all.length, offset, limit }, settings));
}

function envelope({ items, total, offset, limit }: Page, { lists }: Settings): object {
  if (lists === "items") return { items, total, limit, offset };
  const page = offset / limit + 1;
  if (lists === "pagination") return { data: items, pagination: { page, limit, total } };
  const totalPages = Math.ceil(total / limit);
  const meta = { total, page, limit, totalPages, hasNextPage: page < totalPages, hasPreviousPage: page > 1 };
  return lists === "both" ? { data: items, meta, pagination: meta } : { data: items, meta };
}

// A number that is none, or too small, counts as left out.
function wholeNumber(query: URLSearchParams, name: string, smallest: number): number | undefined {
  const value = query.get(name);
  const number = value !== null && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
  return number !== undefined && number >= smallest ? number : undefined;
}

// A field that no object has leaves the order as it is: that of creation.
function sorted(all: readonly object[], query: URLSearchParams): readonly object[] {
  const field = query.get("sortBy");
  if (field === null) return all;
  const direction = query.get("sortDir")?.toUpperCase() === "DESC" ? -1 : 1;
  return all.toSorted((a, b) => direction * textOf(a, field).localeCompare(textOf(b, field), "en", { numeric: true }));
}

function textOf(one: object, field: string): string {
  const value = new Map<string, unknown>(Object.entries(one)).get(field);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
