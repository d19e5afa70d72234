import { join } from "node:path";
import { Application, Converter, KindRouter, ReflectionKind, type Context, type DocumentReflection, type Reflection, type TypeDocOptions } from "typedoc";
import { groupNames, pages, titleOf, type Page } from "./pages.ts";
import { publicEntries } from "./public-entries.ts";

/** What an exported name leads to without being exported itself: the pages show it in words, `etc/*.api.md` in full. */
const intentionallyNotExported = ["LoginRefusal", "MfaType", "Open", "OperationKind", "PagedList", "RedirectStatus", "RoleCode", "SessionStore", "TransportCode"];

const options: Partial<TypeDocOptions> = {
  name: "keylight",
  router: "keylight",
  // `npm run typecheck` has done it.
  skipErrorChecking: true,
  excludeInternal: true,
  disableSources: true,
  hideGenerator: true,
  githubPages: false,
  sortEntryPoints: false,
  searchInDocuments: true,
  useFirstParagraphOfCommentAsSummary: true,
  groupOrder: [...groupNames, "*"],
  navigation: { includeGroups: true, excludeReferences: true },
  highlightLanguages: ["typescript", "bash", "console", "json", "yaml", "graphql"],
  headings: { readme: false, document: false },
  logLevel: "Warn",
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true, unusedMergeModuleWith: true },
  intentionallyNotExported,
  // Members such as `id` speak for themselves.
  requiredToBeDocumented: ["Class", "Function", "Interface", "TypeAlias", "Variable", "CallSignature"],
};

/**
 * Writes the site: the README, the guides, and a page for each public name.
 *
 * @returns whether there was nothing to complain of. What there was has been printed.
 */
export async function buildSite(folder: string, out: string): Promise<boolean> {
  const entries = publicEntries(folder);
  const app = await Application.bootstrap({
    ...options,
    out,
    entryPoints: entries.map(({ source }) => source),
    projectDocuments: pages.map(({ path }) => join(folder, path)),
    tsconfig: join(folder, "tsconfig.json"),
    readme: join(folder, "README.md"),
    customCss: join(folder, "scripts/docs/site.css"),
    favicon: join(folder, "scripts/docs/favicon.svg"),
  });
  app.renderer.defineRouter("keylight", Router);
  nameModules(app, new Map(entries.map(({ source, specifier }) => [source, specifier])));
  nameDocuments(app, new Map(pages.map((page) => [join(folder, page.path), page])));
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, linkToMainEntry);
  const project = await app.convert();
  if (project === undefined) return false;
  app.validate(project);
  await app.generateOutputs(project);
  return !app.logger.hasErrors() && !app.logger.hasWarnings();
}

/** Modules are called what users import them by. */
function nameModules(app: Application, specifiers: ReadonlyMap<string, string>): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = specifiers.get(project.files.getReflectionPath(module) ?? "") ?? module.name;
    }
  });
}

/** Documents are called by their headings, and stand in the navigation in groups. */
function nameDocuments(app: Application, pages: ReadonlyMap<string, Page>): void {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document: DocumentReflection) => {
    const path = document.project.files.getReflectionPath(document) ?? "";
    const page = pages.get(path);
    if (page === undefined) return;
    document.name = titleOf(path);
    document.frontmatter = { group: page.group, url: page.url };
  });
}

/** Errors and what else all entries share are exported by `keylight` alone: comments of the others may name them too. */
function linkToMainEntry({ project }: Context): void {
  const main = project.children?.find((module) => module.name === "keylight");
  for (const { comment } of Object.values(project.reflections)) {
    for (const part of [...(comment?.summary ?? []), ...(comment?.blockTags.flatMap(({ content }) => content) ?? [])]) {
      if (part.kind !== "inline-tag" || part.target !== undefined) continue;
      const target = main?.getChildByName([part.text]);
      if (target !== undefined) part.target = target;
    }
  }
}

/** Like that of typedoc, with the addresses of documents as they are in the repository. */
class Router extends KindRouter {
  protected override getIdealBaseName(reflection: Reflection): string {
    const url = reflection.isDocument() ? reflection.frontmatter["url"] : undefined;
    return typeof url === "string" ? url : super.getIdealBaseName(reflection);
  }
}
