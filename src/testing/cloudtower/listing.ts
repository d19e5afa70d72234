import { badRequest } from "./answers.ts";
import { isRecord } from "../shared/json.ts";
import { isCount, isText, membersOf, optional } from "./members.ts";
import { testOf } from "./where.ts";

interface Row {
  readonly id: string;
  readonly [member: string]: unknown;
}

const checks = {
  where: optional(isRecord),
  orderBy: optional(isText),
  first: optional(isCount),
  last: optional(isCount),
  skip: optional(isCount),
  after: optional(isText),
  before: optional(isText),
};

/**
 * The rows that the body of a `get-...` call asks for.
 * @throws Refusal for a body that is none.
 */
export function listed<T extends Row>(rows: readonly T[], body: unknown, fields: readonly string[]): T[] {
  const { where, orderBy, first, last, skip, after, before } = membersOf(body, checks);
  const test = testOf(where, fields);
  const sorted = ordered(rows.filter(test), orderBy, fields);
  const begin = after == null ? 0 : positionOf(sorted, after) + 1;
  const end = before == null ? sorted.length : positionOf(sorted, before);
  const between = sorted.slice(begin, end).slice(countOr(0, skip));
  const leading = between.slice(0, countOr(between.length, first));
  return leading.slice(Math.max(0, leading.length - countOr(leading.length, last)));
}

function countOr(otherwise: number, value: unknown): number {
  return isCount(value) ? value : otherwise;
}

function positionOf(rows: readonly Row[], id: unknown): number {
  const position = rows.findIndex((row) => row.id === id);
  if (position < 0) throw badRequest("'after' and 'before' must be the ids of objects in the list.");
  return position;
}

function ordered<T extends Row>(rows: readonly T[], orderBy: unknown, fields: readonly string[]): readonly T[] {
  if (!isText(orderBy)) return rows;
  const [, field = "", direction] = /^(\w+)_(ASC|DESC)$/.exec(orderBy) ?? [];
  if (!fields.includes(field)) throw badRequest("'orderBy' must be a field's name and _ASC or _DESC.");
  const sign = direction === "ASC" ? 1 : -1;
  const keyOf = (row: T): string => String(row[field]);
  return rows.toSorted((a, b) => sign * (keyOf(a) < keyOf(b) ? -1 : Number(keyOf(a) > keyOf(b))));
}
