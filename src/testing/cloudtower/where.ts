import { isRecord } from "../shared/json.ts";
import { badRequest } from "./answers.ts";
import { isText } from "./members.ts";

type Compare = (value: unknown, wanted: unknown) => boolean;

const isSame: Compare = (value, wanted) => value === wanted;
const isIn: Compare = (value, wanted) => Array.isArray(wanted) && wanted.includes(value);
const contains: Compare = (value, wanted) => isText(value) && isText(wanted) && value.includes(wanted);
const startsWith: Compare = (value, wanted) => isText(value) && isText(wanted) && value.startsWith(wanted);
const endsWith: Compare = (value, wanted) => isText(value) && isText(wanted) && value.endsWith(wanted);
const not = (compare: Compare): Compare => (value, wanted) => !compare(value, wanted);

/** What may follow a field's name in a `where`. */
const comparisons = new Map<string, Compare>([
  ["", isSame],
  ["_not", not(isSame)],
  ["_in", isIn],
  ["_not_in", not(isIn)],
  ["_contains", contains],
  ["_not_contains", not(contains)],
  ["_starts_with", startsWith],
  ["_not_starts_with", not(startsWith)],
  ["_ends_with", endsWith],
  ["_not_ends_with", not(endsWith)],
]);

type Row = Readonly<Record<string, unknown>>;
type Test = (row: Row) => boolean;

/**
 * The test that a `where` asks for. It knows the flat comparisons of texts and lists, and `AND`, `OR` and `NOT`.
 * @param fields - the fields that rows have.
 * @throws Refusal for what it does not know.
 */
export function testOf(where: unknown, fields: readonly string[]): Test {
  if (where == null) return () => true;
  if (!isRecord(where)) throw badRequest("'where' must be an object.");
  const tests = Object.entries(where).map(([name, wanted]) => testOfMember(name, wanted, fields));
  return (row) => tests.every((test) => test(row));
}

function testOfMember(name: string, wanted: unknown, fields: readonly string[]): Test {
  if (name === "AND" || name === "OR" || name === "NOT") {
    const tests = (Array.isArray(wanted) ? wanted : [wanted]).map((where: unknown) => testOf(where, fields));
    if (name === "AND") return (row) => tests.every((test) => test(row));
    const some: Test = (row) => tests.some((test) => test(row));
    return name === "OR" ? some : (row) => !some(row);
  }
  for (const field of fields) {
    const compare = name.startsWith(field) ? comparisons.get(name.slice(field.length)) : undefined;
    if (compare !== undefined) return (row) => compare(row[field], wanted);
  }
  throw badRequest(`'where' must not have the member '${name}'.`);
}
