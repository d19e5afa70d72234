import { readFileSync } from "node:fs";

/** A document of the site: where it is in the repository, and where in the site. */
export interface Page {
  readonly group: string;
  /** From the root of the repository, with slashes. */
  readonly path: string;
  /** Below the root of the site, without `.html`. */
  readonly url: string;
}

const guide = (name: string): string => `docs/guides/${name}.md`;

/** Groups and their documents, in the order of the site's navigation. */
const groups: readonly (readonly [group: string, paths: readonly string[]])[] = [
  [
    "Guides",
    [
      guide("getting-started"),
      guide("credentials"),
      guide("service-accounts"),
      guide("errors"),
      guide("testing"),
      guide("own-documents"),
      guide("fleets"),
      guide("migrating-from-graphql-request"),
      guide("migrating-from-the-sample"),
      "examples/README.md",
    ],
  ],
  ["Command line", ["docs/cli.md", "docs/cli-session.md", "docs/sandbox.md"]],
  ["Other services", ["docs/cloudtower.md", "docs/lumoauth.md", "docs/luminary.md"]],
  ["Promises", ["docs/reliability.md", "docs/performance.md"]],
  ["Project", ["CONTRIBUTING.md", "CHANGELOG.md"]],
];

export const pages: readonly Page[] = groups.flatMap(([group, paths]) => paths.map((path) => ({ group, path, url: `guides/${slugOf(path)}` })));

export const groupNames: readonly string[] = groups.map(([group]) => group);

function slugOf(path: string): string {
  const [name = "", folder = ""] = path.split("/").reverse();
  return (name === "README.md" ? folder : name.replace(/\.md$/, "")).toLowerCase();
}

/** The first heading of a document. */
export function titleOf(path: string): string {
  const [, title] = /^# (.+)$/m.exec(readFileSync(path, "utf8")) ?? [];
  if (title === undefined) throw new Error(`${path} has no heading`);
  return title;
}
