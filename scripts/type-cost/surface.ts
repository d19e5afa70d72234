import ts from "typescript";

/** Each function and method of a module, by the place of its declaration, with the name that people know it by. */
export type Surface = ReadonlyMap<string, string>;

/** The same in every program that the declaration is part of. */
const placeOf = (declaration: ts.Declaration): string => `${declaration.getSourceFile().fileName}:${declaration.pos}`;

/** `Symbol`-named members are called by the language; names with two underscores are for types alone. */
const isCalledByName = ({ name }: ts.Symbol): boolean => !name.startsWith("__");
const isInternal = (declaration: ts.Node): boolean => ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === "internal");

/** `export { type Client }` gives a class without its constructor. */
const isTypeOnly = ({ declarations = [] }: ts.Symbol): boolean =>
  declarations.some((declaration) => ts.isExportSpecifier(declaration) && (declaration.isTypeOnly || declaration.parent.parent.isTypeOnly));

/** What an import or an export stands for. */
const targetOf = <T extends ts.Symbol | undefined>(symbol: T, checker: ts.TypeChecker): T | ts.Symbol =>
  symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/** Walks what a module gives, along its values, members, and what its methods answer with. */
class Walk {
  readonly found = new Map<string, string>();
  readonly #seen = new Set<ts.Type>();
  readonly #checker: ts.TypeChecker;
  readonly #isOurs: (declaration: ts.Declaration) => boolean;

  constructor(checker: ts.TypeChecker, isOurs: (declaration: ts.Declaration) => boolean) {
    this.#checker = checker;
    this.#isOurs = isOurs;
  }

  exports(symbols: readonly ts.Symbol[]): void {
    const types = symbols.flatMap((symbol) => this.#typesOf(symbol).map((type) => [type, symbol.name] as const));
    // Their own members first: `Secret.reveal` is a better name than the way to a secret.
    for (const [type, name] of types) for (const member of this.#membersOf(type)) this.#method(member, name);
    for (const [type, name] of types) this.#type(type, name);
  }

  /** The types that an exported name stands for; a class stands for two. Its value is found on the way. */
  #typesOf(symbol: ts.Symbol): ts.Type[] {
    const target = targetOf(symbol, this.#checker);
    const types = target.flags & ts.SymbolFlags.Type ? [this.#checker.getDeclaredTypeOfSymbol(target)] : [];
    if (isTypeOnly(symbol) || !(target.flags & ts.SymbolFlags.Value)) return types;
    this.#add(target, symbol.name);
    return [...types, this.#checker.getTypeOfSymbol(target)];
  }

  #type(type: ts.Type, name: string): void {
    if (this.#seen.has(type)) return;
    this.#seen.add(type);
    if (type.isUnionOrIntersection()) for (const part of type.types) this.#type(part, name);
    for (const argument of this.#argumentsOf(type)) this.#type(argument, name);
    for (const signature of type.getCallSignatures()) this.#type(signature.getReturnType(), `${name}()`);
    for (const member of this.#membersOf(type)) this.#type(this.#method(member, name), `${name}.${member.name}`);
  }

  /** A union's members are those of its parts, which come by themselves. */
  #membersOf(type: ts.Type): ts.Symbol[] {
    if (type.isUnion()) return [];
    const isPublic = (declaration: ts.Declaration): boolean => this.#isOurs(declaration) && !isInternal(declaration);
    const members = this.#checker.getPropertiesOfType(type);
    return members.filter((member) => isCalledByName(member) && (member.declarations ?? []).some(isPublic));
  }

  /** Gives the member's type, and notes the member if it can be called. */
  #method(member: ts.Symbol, owner: string): ts.Type {
    const type = this.#checker.getNonNullableType(this.#checker.getTypeOfSymbol(member));
    if (type.getCallSignatures().length > 0) this.#add(member, `${owner}.${member.name}`);
    return type;
  }

  #add(symbol: ts.Symbol, name: string): void {
    for (const declaration of symbol.declarations ?? []) {
      const place = placeOf(declaration);
      if (this.#isOurs(declaration) && !this.found.has(place)) this.found.set(place, name);
    }
  }

  /** Of `Promise<Account>`: `Account`. */
  #argumentsOf(type: ts.Type): readonly ts.Type[] {
    const isReference = (some: ts.Type): some is ts.TypeReference => "target" in some;
    return isReference(type) && this.#isGeneric(type) ? this.#checker.getTypeArguments(type) : [];
  }

  #isGeneric(type: ts.TypeReference): boolean {
    return (type.target.typeParameters?.length ?? 0) > 0;
  }
}

/**
 * What a user of a module can call: its values, and the functions among the members of its classes, interfaces and
 * objects, and of what their methods answer with.
 *
 * @param folder - only what is declared below it counts, so not the methods of a `Promise` or an array.
 */
export function surfaceOf(program: ts.Program, modulePath: string, folder: string): Surface {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(modulePath);
  const module = file === undefined ? undefined : checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`${modulePath} is not part of the program, or no module`);
  const walk = new Walk(checker, (declaration) => declaration.getSourceFile().fileName.startsWith(folder));
  walk.exports(checker.getExportsOfModule(module));
  return walk.found;
}

/** Names of the members that an object literal implements, or that a pattern takes out. */
function memberNames(node: ts.ObjectLiteralExpression | ts.ObjectBindingPattern): string[] {
  const names = ts.isObjectBindingPattern(node)
    ? node.elements.map(({ name, propertyName = name }) => propertyName)
    : node.properties.map(({ name }) => name);
  return names.flatMap((name) => (name !== undefined && ts.isIdentifier(name) ? [name.text] : []));
}

/** Places of the declarations that a file names, takes out of objects, or implements in objects of its own. */
export function usedBy(program: ts.Program, path: string): ReadonlySet<string> {
  const checker = program.getTypeChecker();
  const used = new Set<string>();
  const use = (symbol: ts.Symbol | undefined): void => {
    for (const declaration of targetOf(symbol, checker)?.declarations ?? []) used.add(placeOf(declaration));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isIdentifier(node)) use(checker.getSymbolAtLocation(node));
    if (ts.isObjectLiteralExpression(node) || ts.isObjectBindingPattern(node)) {
      const type = ts.isObjectBindingPattern(node) ? checker.getTypeAtLocation(node) : checker.getContextualType(node);
      for (const name of memberNames(node)) use(type && checker.getNonNullableType(type).getProperty(name));
    }
    ts.forEachChild(node, visit);
  };
  const file = program.getSourceFile(path);
  if (file !== undefined) visit(file);
  return used;
}

/** Names of what the module gives and nothing in these places is. */
export function unusedNames(surface: Surface, used: ReadonlySet<string>): string[] {
  const usedNames = new Set([...surface].flatMap(([place, name]) => (used.has(place) ? [name] : [])));
  return [...new Set(surface.values())].filter((name) => !usedNames.has(name)).sort();
}
