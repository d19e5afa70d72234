import type { GraphQLScalarType, ValueNode } from "graphql";

/** The scalars of Lumar's schema, each by the function that accepts or refuses an input. */
const scalars: Readonly<Record<string, (value: unknown) => string | number>> = {
  ObjectID(value) {
    if (typeof value === "string" || (typeof value === "number" && Number.isSafeInteger(value))) return value;
    throw new TypeError("ObjectID cannot represent a value that is neither a string nor a whole number.");
  },
  DateTime(value) {
    const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;
    if (typeof value === "string" && form.test(value) && !Number.isNaN(Date.parse(value))) return value;
    throw new TypeError("DateTime cannot represent a value that is not an ISO 8601 instant.");
  },
};

/** Makes a scalar strict that `buildSchema` has left accepting anything. */
export function makeStrict(type: GraphQLScalarType): void {
  const parse = scalars[type.name];
  if (parse === undefined) return;
  const parseLiteral = (node: ValueNode): string | number => {
    if (node.kind === "StringValue") return parse(node.value);
    return parse(node.kind === "IntValue" ? Number(node.value) : undefined);
  };
  // graphql-js 17 asks the functions with the newer names.
  Object.assign(type, { parseValue: parse, parseLiteral, coerceInputValue: parse, coerceInputLiteral: parseLiteral });
}
