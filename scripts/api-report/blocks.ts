/** The declarations of a report. API Extractor parts them by an empty line, and puts none inside one. */
const blocksOf = (report: string): string[] => report.split(/\n\n(?=\S)/).map((block) => block.trim()).filter((block) => block !== "");

const declared = /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type|enum|namespace|function|const|let|var) ([\w$]+)/m;
const isExported = (block: string): boolean => /^export /m.test(block);
const wordsOf = (block: string): string[] => block.match(/[\w$]+/g) ?? [];

/**
 * A report without the declarations that nothing public leads to. What an exported name leads to stays, exported itself
 * or not: the members of an option's unexported base are as public as the option.
 *
 * @param report - the declarations alone, of the public variant: without the members marked `@internal`.
 */
export function withoutUnreachable(report: string): string {
  const blocks = blocksOf(report);
  const named = new Map(blocks.map((block) => [declared.exec(block)?.[1], block]));
  const kept = new Set(blocks.filter((block) => isExported(block) || !declared.test(block)));
  // A set gives what is added while it is walked.
  for (const block of kept) {
    for (const word of wordsOf(block)) {
      const next = named.get(word);
      if (next !== undefined) kept.add(next);
    }
  }
  return blocks.filter((block) => kept.has(block)).join("\n\n");
}
