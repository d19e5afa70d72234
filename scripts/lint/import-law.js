import { relative, resolve, sep } from "node:path";

export const services = ["lumar", "cloudtower", "lumoauth", "luminary"];

/** Which other rooms of src each room may import from. A room may always import from itself. */
const mayImport = {
  errors: [],
  core: ["errors"],
  ...Object.fromEntries(services.map((service) => [service, ["core", "errors", "version"]])),
  index: ["core", "errors", "version", ...services],
  version: [],
  testing: ["errors"],
  cli: [],
};

const graphqlRequestHome = "core/transport/graphql.ts";
/** A static import would bundle them. */
const neverBundled = ["graphql", "msw"];

/** Files that lie directly in src are entries, the room `index`; but version.ts is a constant for all who need it. */
const roomOf = (path) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : path === "version.ts" ? "version" : "index");

/** Path below src with forward slashes, or undefined when the file lies elsewhere. */
function pathInSource(cwd, file) {
  const path = relative(resolve(cwd, "src"), file).split(sep).join("/");
  return path.startsWith("../") || path === "" ? undefined : path;
}

function lawOnFile(from, to) {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (room === target) return undefined;
  if (!Object.hasOwn(mayImport, room)) return `src/${room} has no place in the import law; give it one in scripts/lint`;
  if (room === "testing" && to.includes("/generated/")) return undefined;
  if (mayImport[room].includes(target)) return undefined;
  const allowed = mayImport[room].map((name) => `src/${name}`).join(", ");
  const extra = room === "testing" ? " and src/**/generated" : "";
  return `src/${room} must not import src/${target}; it may import ${allowed === "" ? "no other room" : allowed + extra}`;
}

function lawOnPackage(from, name, loadsAtImport) {
  if ((name === "keylight" || name.startsWith("keylight/")) && roomOf(from) !== "cli") {
    return "only src/cli imports the package by its own name";
  }
  if (/^graphql-request(\/|$)/.test(name) && from !== graphqlRequestHome) {
    return `only src/${graphqlRequestHome} imports graphql-request`;
  }
  if (loadsAtImport && neverBundled.includes(name)) {
    return `a static import would bundle ${name}; load it when it is needed, or import its types only`;
  }
  return undefined;
}

const isTypeOnly = (node) =>
  node.importKind === "type" ||
  node.exportKind === "type" ||
  node.type === "TSImportType" ||
  (node.specifiers?.length > 0 && node.specifiers.every((part) => part.importKind === "type" || part.exportKind === "type"));

/** Every way to import must keep the order errors <- core <- services <- index, and the laws of testing and cli. */
const importLaw = {
  meta: { type: "problem", schema: [], messages: { law: "{{law}}" } },
  create(context) {
    const from = pathInSource(context.cwd, context.filename);
    if (from === undefined) return {};
    const check = (node) => {
      const specifier = (node.source?.literal ?? node.source)?.value;
      if (typeof specifier !== "string") return;
      const to = pathInSource(context.cwd, resolve(context.filename, "..", specifier));
      const loadsAtImport = node.type !== "ImportExpression" && !isTypeOnly(node);
      const law = specifier.startsWith(".")
        ? to === undefined
          ? "src imports nothing of ours from outside src"
          : lawOnFile(from, to)
        : lawOnPackage(from, specifier, loadsAtImport);
      if (law !== undefined) context.report({ node, messageId: "law", data: { law } });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      TSImportType: check,
    };
  },
};

/** The core serves every service, so it names none: neither in code nor in comments. */
const noServiceNames = {
  meta: { type: "problem", schema: [], messages: { named: "src/core names no service, but says '{{name}}'" } },
  create(context) {
    const from = pathInSource(context.cwd, context.filename);
    if (from === undefined || roomOf(from) !== "core") return {};
    return {
      Program() {
        for (const match of context.sourceCode.text.matchAll(new RegExp(services.join("|"), "gi"))) {
          const at = (index) => context.sourceCode.getLocFromIndex(index);
          context.report({
            loc: { start: at(match.index), end: at(match.index + match[0].length) },
            messageId: "named",
            data: { name: match[0] },
          });
        }
      },
    };
  },
};

export default { rules: { "import-law": importLaw, "no-service-names": noServiceNames } };
