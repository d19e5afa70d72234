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

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const widthOf = (text: string): number => stringWidth(text).width;
const padded = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));

/** Shortens text to a width, between what people see as characters. (The library's own cut is off by one in some scripts.) */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    if (widthOf(`${kept}${segment}…`) > width) break;
    kept += segment;
  }
  return `${kept}…`;
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
  const spare = columns.flatMap(({ spare: order }, at) => (order === undefined ? [] : [{ at, order }])).sort((a, b) => a.order - b.order);
  for (let dropped = 0; dropped <= spare.length; dropped += 1) {
    const out = new Set(spare.slice(0, dropped).map(({ at }) => at));
    const kept = columns.flatMap((column, at) => (out.has(at) ? [] : [{ ...column, at }]));
    const widths = fitted(kept, texts, width);
    if (widths !== undefined) return [...grid(kept, widths, texts, rows, style), ...leftOut(columns, out, style)];
  }
  return records(columns, rows, surface);
}

type Kept = Column & { readonly at: number };

function grid(kept: readonly Kept[], widths: readonly number[], texts: readonly (readonly string[])[], rows: Table["rows"], style: Style): string[] {
  const fit = (text: string, nth: number): string => {
    const room = widths[nth] ?? 0;
    return nth === kept.length - 1 ? cut(text, room) : padded(cut(text, room), room);
  };
  const head = style.title(kept.map(({ title }, nth) => fit(title, nth)).join(gap));
  const lineOf = (row: readonly string[], y: number): string => kept.map(({ at }, nth) => style.tone(fit(row[at] ?? "", nth), rows[y]?.[at]?.tone)).join(gap);
  return [head, ...texts.map((row, y) => lineOf(row, y).trimEnd())];
}

function leftOut(columns: readonly Column[], out: ReadonlySet<number>, style: Style): string[] {
  if (out.size === 0) return [];
  const titles = columns.filter((_, at) => out.has(at)).map(({ title }) => title);
  return [style.tone(`Left out for want of room: ${titles.join(", ")}.`, "faint")];
}

/** How wide each column is to be; undefined when there is no room even for the narrowest. */
function fitted(columns: readonly Kept[], texts: readonly (readonly string[])[], room: number | undefined): number[] | undefined {
  const natural = columns.map(({ title, at }) => texts.reduce((widest, row) => Math.max(widest, widthOf(row[at] ?? "")), widthOf(title)));
  const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
  if (room === undefined || total(natural) <= room) return natural;
  const least = natural.map((width, nth) => (columns[nth]?.whole === true ? width : Math.min(width, narrowest)));
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
