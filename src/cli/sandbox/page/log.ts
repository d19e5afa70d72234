import type { LogRow } from "../protocol.ts";
import { byId, make } from "./dom.ts";

interface Line {
  readonly element: HTMLLIElement;
  readonly status: HTMLElement;
}

const lines = new Map<number, Line>();
/** Where this module has scrolled to: a person who scrolls elsewhere is left there. */
let scrolledTo = 0;

/** Shows these requests: what is there already stays, so that opened details stay open. */
export function showLog(rows: readonly LogRow[]): void {
  const list = byId("log", HTMLOListElement);
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const isFollowing = isAtEnd || Math.abs(list.scrollTop - scrolledTo) < 2;
  const wanted = new Set(rows.map(({ id }) => id));
  for (const [id, { element }] of lines) {
    if (wanted.has(id)) continue;
    element.remove();
    lines.delete(id);
  }
  for (const row of rows) {
    const line = lines.get(row.id);
    if (line === undefined) list.append(newLine(row));
    else showStatus(line.status, row);
  }
  byId("log-empty", HTMLElement).hidden = rows.length > 0;
  list.hidden = rows.length === 0;
  if (isFollowing) scroll(list, rows);
}

/** To the end; but a login stays in view for a second, however many calls wait for it. */
function scroll(list: HTMLOListElement, rows: readonly LogRow[]): void {
  const newest = rows.at(-1)?.at ?? 0;
  const login = rows.findLast(({ isLogin, at }) => isLogin && at > newest - 1_000);
  const line = login === undefined ? undefined : lines.get(login.id)?.element;
  list.scrollTop = line === undefined ? list.scrollHeight : line.offsetTop - list.clientHeight / 2;
  scrolledTo = list.scrollTop;
}

function newLine(row: LogRow): HTMLLIElement {
  const status = make("span", {});
  showStatus(status, row);
  const summary = make(
    "summary",
    {},
    status,
    make("span", { class: "operation" }, row.operation, ...(row.isLogin ? [" ", make("span", { class: "mark" }, "login")] : [])),
    make("span", { class: "credential" }, row.credential === "none" ? "no credential" : row.credential),
    make("time", { datetime: new Date(row.at).toISOString() }, new Date(row.at).toISOString().slice(11, 23)),
  );
  const headers = Object.entries(row.headers).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
  const element = make("li", row.isLogin ? { class: "login" } : {}, make("details", {}, summary, make("p", {}, `${row.method} ${row.path}`), make("dl", {}, ...headers)));
  lines.set(row.id, { element, status });
  return element;
}

function showStatus(element: HTMLElement, { status, dropped }: LogRow): void {
  const [text, tone] = dropped ? ["drop", "bad"] : status === 0 ? ["…", "waiting"] : [String(status), status < 400 ? "good" : status < 500 ? "warn" : "bad"];
  if (element.textContent === text) return;
  element.textContent = text;
  element.className = `status ${tone}`;
}
