import type { Results } from "../results.ts";
import { bySpeed, figuresOf, titleOf } from "./figures.ts";

const width = 800;
const left = 290;
const right = 60;
const row = 44;
const top = 64;

/** Bars of throughput in multiples of `fetch`, at 1 and at 50 calls at a time. Plain SVG, for light and dark pages. */
export function chart(results: Results): string {
  const names = bySpeed(results, "http", 50).filter((name) => figuresOf(results, name, "http", 1) !== undefined);
  const bars = names.map((name) => ({
    title: titleOf(name).replaceAll(/[*`]/g, ""),
    one: figuresOf(results, name, "http", 1)?.timesFetch ?? 0,
    fifty: figuresOf(results, name, "http", 50)?.timesFetch ?? 0,
    ours: name === "keylight",
  }));
  const most = Math.max(1, ...bars.flatMap(({ one, fifty }) => [one, fifty]));
  const length = (value: number): number => (value / most) * (width - left - right);
  const height = top + bars.length * row + 8;
  const unit = left + length(1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    "<title>Calls a second in multiples of fetch</title>",
    style,
    `<text x="8" y="22" class="head">Calls a second, in multiples of fetch</text>`,
    ...legend(),
    `<line x1="${unit.toFixed(1)}" y1="${top - 8}" x2="${unit.toFixed(1)}" y2="${height - 8}" class="unit"/>`,
    ...bars.flatMap((bar, index) => [
      `<text x="${left - 10}" y="${top + index * row + 22}" class="${bar.ours ? "name ours" : "name"}">${escaped(bar.title)}</text>`,
      barOf("one", bar.one, length(bar.one), top + index * row),
      barOf("fifty", bar.fifty, length(bar.fifty), top + index * row + 17),
    ]),
    "</svg>\n",
  ].join("\n");
}

const style = `<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.head { font-weight: 600; font-size: 15px; }
.name { text-anchor: end; }
.ours { font-weight: 700; }
.value { font-size: 11px; }
.one { fill: #8c6bc8; }
.fifty { fill: #2f81f7; }
.unit { stroke: #818b98; stroke-dasharray: 3 3; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .one { fill: #a78bdb; } .fifty { fill: #58a6ff; } }
</style>`;

function legend(): string[] {
  const entry = (x: number, kind: string, text: string): string[] => [
    `<rect x="${x}" y="34" width="12" height="12" rx="2" class="${kind}"/>`,
    `<text x="${x + 18}" y="45">${text}</text>`,
  ];
  return [...entry(8, "one", "1 at a time"), ...entry(120, "fifty", "50 at a time")];
}

function barOf(kind: string, value: number, length: number, y: number): string {
  const bar = `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="15" rx="2" class="${kind}"/>`;
  return `${bar}<text x="${(left + length + 6).toFixed(1)}" y="${y + 12}" class="value">${value.toFixed(2)} x</text>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
