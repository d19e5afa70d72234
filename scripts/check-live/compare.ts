import {
  getNamedType,
  GraphQLError,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  typeFromAST,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type GraphQLType,
} from "graphql";
import { placeOf, type Operation } from "./operations.ts";

export interface Difference {
  /** A note is about our types alone: they promise a value where the server may answer null. */
  readonly kind: "breaks" | "note";
  readonly message: string;
  /** `file:line` in our operations. */
  readonly place: string;
  /** `Type` or `Type.member` of our schema that the difference is about. */
  readonly coordinate?: string;
}

/** What would break if `theirs` were the server's schema and `ours` the one that the operation was written for. */
export function differencesOf(operation: Operation, ours: GraphQLSchema, theirs: GraphQLSchema): Difference[] {
  const coordinates = coordinatesOf(operation, ours);
  const invalid = validate(theirs, operation.document).map((error) => differenceOf(error, coordinates));
  return [...invalid, ...inputDifferences(operation, ours, theirs), ...answerDifferences(operation, ours, theirs)];
}

function differenceOf(error: GraphQLError, coordinates: ReadonlyMap<ASTNode, string>): Difference {
  const [node] = error.nodes ?? [];
  const coordinate = node === undefined ? undefined : coordinates.get(node);
  return { kind: "breaks", message: error.message, place: placeOf(node), ...(coordinate === undefined ? {} : { coordinate }) };
}

/** For every node of the operation that can be wrong, what it stands for in our schema. */
function coordinatesOf(operation: Operation, ours: GraphQLSchema): ReadonlyMap<ASTNode, string> {
  const found = new Map<ASTNode, string>();
  const info = new TypeInfo(ours);
  const parentField = (): string => `${info.getParentType()?.name ?? "?"}.${info.getFieldDef()?.name ?? "?"}`;
  const visitor = {
    Field: (node: ASTNode) => void found.set(node, parentField()),
    Argument: (node: ASTNode) => void found.set(node, parentField()),
    Variable: (node: ASTNode) => void found.set(node, getNamedType(info.getInputType())?.name ?? parentField()),
    ObjectField: (node: ASTNode & { name: { value: string } }) =>
      void found.set(node, `${getNamedType(info.getParentInputType())?.name ?? "?"}.${node.name.value}`),
    NamedType: (node: ASTNode & { name: { value: string } }) => void found.set(node, node.name.value),
  };
  visit(operation.document, visitWithTypeInfo(info, visitor));
  return found;
}

/**
 * Inputs travel in variables, which validation does not look into: every field that we may send must be known to
 * them, and every field that they require to us.
 */
function inputDifferences(operation: Operation, ours: GraphQLSchema, theirs: GraphQLSchema): Difference[] {
  return (operation.definition.variableDefinitions ?? []).flatMap(({ type }) => {
    const name = getNamedType(typeFromAST(ours, type))?.name;
    const place = placeOf(type);
    return name === undefined ? [] : compareInput(name, ours, theirs, new Set()).map((found) => ({ ...found, kind: "breaks", place }));
  });
}

type InputDifference = Pick<Difference, "message" | "coordinate">;

function compareInput(name: string, ours: GraphQLSchema, theirs: GraphQLSchema, seen: Set<string>): InputDifference[] {
  const [our, their] = [ours.getType(name), theirs.getType(name)];
  if (seen.has(name) || their === undefined) return [];
  seen.add(name);
  if (isEnumType(our) && isEnumType(their)) {
    return our
      .getValues()
      .filter((value) => their.getValue(value.name) === undefined)
      .map((value) => ({ message: `Value "${value.name}" is missing in enum "${name}".`, coordinate: `${name}.${value.name}` }));
  }
  if (!isInputObjectType(our) || !isInputObjectType(their)) {
    const same = our !== undefined && our.constructor === their.constructor;
    return same ? [] : [{ message: `Type "${name}" is of another kind.`, coordinate: name }];
  }
  const [ourFields, theirFields] = [our.getFields(), their.getFields()];
  const sent = Object.values(ourFields).flatMap((field) => {
    const coordinate = `${name}.${field.name}`;
    const theirField = theirFields[field.name];
    if (theirField === undefined) return [{ message: `Field "${field.name}" is not defined by type "${name}".`, coordinate }];
    if (!accepts(theirField.type, field.type)) {
      return [{ message: `Field "${coordinate}" is of type "${String(theirField.type)}", not "${String(field.type)}".`, coordinate }];
    }
    return compareInput(getNamedType(field.type).name, ours, theirs, seen);
  });
  const required = Object.values(theirFields)
    .filter((field) => isRequiredInputField(field) && ourFields[field.name] === undefined)
    .map((field) => ({ message: `Field "${name}.${field.name}" of type "${String(field.type)}" is required.`, coordinate: name }));
  return [...sent, ...required];
}

/** Whether a place of the type `wanted` takes every value of the type `given`. A null of ours is never required. */
function accepts(wanted: GraphQLInputType, given: GraphQLInputType): boolean {
  if (isNonNullType(wanted)) return isNonNullType(given) && accepts(wanted.ofType, given.ofType);
  if (isNonNullType(given)) return accepts(wanted, given.ofType);
  if (isListType(wanted) || isListType(given)) return isListType(wanted) && isListType(given) && accepts(wanted.ofType, given.ofType);
  return wanted.name === given.name;
}

/** What our generated types say of an answer must hold: the same scalars, lists where lists are. Nulls make a note. */
function answerDifferences(operation: Operation, ours: GraphQLSchema, theirs: GraphQLSchema): Difference[] {
  const found: Difference[] = [];
  const [our, their] = [new TypeInfo(ours), new TypeInfo(theirs)];
  const visitor = {
    Field(node: ASTNode) {
      const [ourType, theirType] = [our.getType(), their.getType()];
      if (ourType == null || theirType == null || delivers(theirType, ourType)) return;
      const coordinate = `${our.getParentType()?.name ?? "?"}.${our.getFieldDef()?.name ?? "?"}`;
      const message = `Field "${coordinate}" answers "${String(theirType)}", not "${String(ourType)}".`;
      found.push({ kind: delivers(theirType, ourType, "or null") ? "note" : "breaks", message, place: placeOf(node), coordinate });
    },
  };
  visit(operation.document, visitWithTypeInfo(our, visitWithTypeInfo(their, visitor)));
  return found;
}

/** Whether every value of the type `theirs` is one that `ours` allows. Names of object types do not matter. */
function delivers(theirs: GraphQLType, ours: GraphQLType, nulls: "as ours" | "or null" = "as ours"): boolean {
  if (isNonNullType(ours)) {
    if (isNonNullType(theirs)) return delivers(theirs.ofType, ours.ofType, nulls);
    return nulls === "or null" && delivers(theirs, ours.ofType, nulls);
  }
  if (isNonNullType(theirs)) return delivers(theirs.ofType, ours, nulls);
  if (isListType(theirs) || isListType(ours)) {
    return isListType(theirs) && isListType(ours) && delivers(theirs.ofType, ours.ofType, nulls);
  }
  return isLeafType(theirs) || isLeafType(ours) ? theirs.name === ours.name : true;
}
