import { envLines, formats, type Format } from "../env-lines.ts";
import type { ServiceView, Table } from "../protocol.ts";
import { byId, make, show } from "./dom.ts";

/** The buttons that choose a service. */
export function showServices(services: readonly ServiceView[], chosen: string): void {
  const names = services.map(({ name, title }) => [name, title] as const);
  const fieldset = byId("services", HTMLFieldSetElement);
  show(fieldset, names, () => [
    make("legend", { class: "unseen" }, "Service"),
    ...names.map(([name, title]) => {
      const input = make("input", { type: "radio", name: "service", value: name });
      input.checked = name === chosen;
      return make("label", {}, input, make("span", {}, title));
    }),
  ]);
}

/** What one service offers, and what it keeps. */
export function showService(service: ServiceView): void {
  const { name, story, calls, controls, tables, rateLimit } = service;
  show(byId("call", HTMLSelectElement), [name, calls], () => calls.map((call) => make("option", { value: call }, call)));
  show(byId("controls", HTMLElement), [name, controls], () => controls.map((control) => make("button", { type: "button", value: control.name }, control.label)));
  byId("story", HTMLElement).textContent = story;
  byId("limit", HTMLElement).hidden = rateLimit === undefined;
  byId("limit-button", HTMLElement).textContent = rateLimit == null ? "Limit" : "Lift the limit";
  byId("graphiql-link", HTMLElement).hidden = name !== "lumar";
  show(byId("tables", HTMLElement), [name, tables], () => tables.map(tableElement));
  showVariables(service);
}

/** The lines to paste, in the form that is chosen. */
export function showVariables({ env, envNote = "" }: ServiceView): void {
  byId("env", HTMLElement).textContent = envLines(env, chosenFormat()).join("\n");
  const note = byId("env-note", HTMLElement);
  note.textContent = envNote;
  note.hidden = envNote === "";
}

function chosenFormat(): Format {
  const { value } = byId("format", HTMLSelectElement);
  return formats.find((format) => format === value) ?? "sh";
}

function tableElement({ title, columns, rows, whenEmpty }: Table): HTMLElement {
  const caption = make("h3", {}, title, make("span", { class: "count" }, String(rows.length)));
  if (rows.length === 0) return make("div", { class: "table" }, caption, make("p", { class: "empty" }, whenEmpty));
  const head = make("tr", {}, ...columns.map((column) => make("th", { scope: "col" }, column)));
  const body = rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))));
  return make("div", { class: "table" }, caption, make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body))));
}
