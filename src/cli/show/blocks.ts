import stringWidth from "fast-string-truncated-width";
import type { Block, Cell, Column } from "../outcome.ts";
import type { Style } from "./style.ts";
import { plain } from "./text.ts";

export interface Surface {
  /** Columns of the terminal; undefined where there is none, and everything is shown whole. */
  readonly width: number | undefined;
  readonly style: Style;
}

const gap = "  ";
/** What a column that may be cut keeps at least. */
const narrowest = 8;

const widthOf = (text: string): number => stringWidth(text).width;
const padded = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));

function cut(text: string, width: number): string {
  const { index, ellipsed } = stringWidth(text, { limit: width, ellipsis: "…" });
  return ellipsed ? `${text.slice(0, index)}…` : text;
}

/** The lines of a block, without their line breaks. */
export function linesOf(block: Block, surface: Surface): string[] {
  if (block.kind === "table") return tableLines(block, surface);
  if (block.kind === "fields") return fieldLines(block.fields, surface);
  if (block.kind === "text") return block.text.trimEnd().split("\n");
  return block.lines.map((cells) => cells.map((one) => surface.style.tone(shown(one, surface), one.tone)).join(""));
}

const shown = ({ text, short }: Cell, { width }: Surface): string => plain(width === undefined ? text : (short ?? text));

type Table = Extract<Block, { kind: "table" }>;

function tableLines({ columns, rows, whenEmpty }: Table, surface: Surface): string[] {
  const { width, style } = surface;
  if (rows.length === 0) return width === undefined ? [] : [style.tone(whenEmpty, "faint")];
  const texts = rows.map((row) => row.map((one) => shown(one, surface)));
  const widths = fitted(columns, texts, width);
  if (widths === undefined) return records(columns, rows, surface);
  const fit = (text: string, at: number): string => {
    const room = widths[at] ?? 0;
    return at === columns.length - 1 ? cut(text, room) : padded(cut(text, room), room);
  };
  const head = style.title(columns.map(({ title }, at) => fit(title, at)).join(gap));
  const body = texts.map((row, y) => row.map((text, at) => style.tone(fit(text, at), rows[y]?.[at]?.tone)).join(gap).trimEnd());
  return [head, ...body];
}

/** How wide each column is to be; undefined when there is no room even for the narrowest. */
function fitted(columns: readonly Column[], texts: readonly (readonly string[])[], room: number | undefined): number[] | undefined {
  const natural = columns.map(({ title }, at) => Math.max(widthOf(title), ...texts.map((row) => widthOf(row[at] ?? ""))));
  const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
  if (room === undefined || total(natural) <= room) return natural;
  const least = natural.map((width, at) => (columns[at]?.whole === true ? width : Math.min(width, narrowest)));
  if (total(least) > room) return undefined;
  // The widest give first.
  const widths = [...natural];
  for (let excess = total(widths) - room; excess > 0; excess -= 1) {
    let widest = -1;
    for (const [at, width] of widths.entries()) if (width > (least[at] ?? 0) && width > (widths[widest] ?? 0)) widest = at;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** A table where there is no room for one: its rows below each other. */
function records(columns: readonly Column[], rows: readonly (readonly Cell[])[], surface: Surface): string[] {
  return rows.flatMap((row, at) => [...(at === 0 ? [] : [""]), ...fieldLines(row.map((one, x) => [columns[x]?.title ?? "", one] as const), surface)]);
}

function fieldLines(fields: readonly (readonly [string, Cell])[], surface: Surface): string[] {
  const labels = Math.max(...fields.map(([label]) => widthOf(label)));
  return fields.map(([label, value]) => `${surface.style.title(padded(label, labels))}${gap}${surface.style.tone(shown(value, surface), value.tone)}`.trimEnd());
}
