import type { CliError } from "./failure.ts";

export type Tone = "good" | "bad" | "attention" | "faint";

/** What stands in one place of a table: text, perhaps from the server. */
export interface Cell {
  /** Whole, for pipes. */
  readonly text: string;
  /** Shorter, for terminals. */
  readonly short?: string;
  readonly tone?: Tone;
}

export interface Column {
  readonly title: string;
  /** Never cut: what people copy from a table has to be whole. */
  readonly whole?: boolean;
  /** May be left out on a narrow terminal: those with lower numbers first. */
  readonly spare?: number;
}

/** Something for people to see; who prints it knows the width and the colours. */
export type Block =
  | { readonly kind: "table"; readonly columns: readonly Column[]; readonly rows: readonly (readonly Cell[])[]; readonly whenEmpty: string }
  | { readonly kind: "fields"; readonly fields: readonly (readonly [label: string, value: Cell])[] }
  | { readonly kind: "lines"; readonly lines: readonly (readonly Cell[])[] }
  /** Words of our own, to be shown as they are. */
  | { readonly kind: "text"; readonly text: string };

/** What a command comes to. One place prints it, for programs or for people. */
export interface Outcome {
  /** For `--json`: all of standard output. Undefined where standard output has been written already. */
  readonly data: unknown;
  /** For people, on standard output. */
  readonly view: readonly Block[];
  /** Said on standard error besides, to both. */
  readonly notes?: readonly string[];
  /** What went wrong all the same; gives the exit code. */
  readonly failure?: CliError | undefined;
}

export const cell = (text: string, tone?: Tone): Cell => (tone === undefined ? { text } : { text, tone });

/** A text that may be missing. */
export const optional = (text: string | null | undefined): Cell => (text === null || text === undefined || text === "" ? cell("-", "faint") : cell(text));

/** An instant as the server sent it; terminals show the day. */
export function instant(text: string | null, otherwise: string): Cell {
  if (text === null) return cell(otherwise, "faint");
  return { text, short: text.slice(0, 10) };
}

/** One line of plain text. */
export const line = (...parts: readonly (Cell | string)[]): readonly Cell[] => parts.map((part) => (typeof part === "string" ? cell(part) : part));
