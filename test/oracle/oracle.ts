import { beginCase, canaryForms, endCase } from "./canaries.ts";
import { keyShape } from "./forms.ts";
import { everythingOf, glanceAt, Searcher, type Leak } from "./look.ts";
import { forget, told } from "./watch.ts";

export { canary, storableCanary } from "./canaries.ts";
export { listen, stopListening } from "./watch.ts";

/** As many errors and events of a case are taken apart; of the others, message, stack and JSON are read. */
const thorough = 40;

interface State {
  expectsLeaks: boolean;
}

const name = Symbol.for("keylight.test.oracle");
const shared = globalThis as { [name]?: State };
const state = (shared[name] ??= { expectsLeaks: false });

/** For a case that plants a leak on purpose: the oracle does not hold it against the case. */
export function plantsLeaks(): void {
  state.expectsLeaks = true;
  told.muted = true;
}

/** The leaks in what was told since the case began. */
export function leaksSoFar(): Leak[] {
  const things = [...told.errors, ...told.events];
  const texts = things.map((thing, index) => (index < thorough || index >= things.length - thorough ? everythingOf(thing) : glanceAt(thing)));
  texts.push(...told.lines.map((line) => everythingOf(line)));
  const text = texts.join("\n");
  const written = told.files.map((content) => everythingOf(content)).join("\n");
  return [
    ...(text === "" ? [] : new Searcher(canaryForms("told")).leaksIn(text)),
    ...(written === "" ? [] : new Searcher(canaryForms("file")).leaksIn(written, [keyShape])),
  ];
}

export function startCase(): void {
  beginCase();
  state.expectsLeaks = false;
}

/** @throws when something leaked, unless the case said that it plants leaks. */
export function finishCase(): void {
  const leaks = state.expectsLeaks ? [] : leaksSoFar();
  forget();
  endCase();
  if (leaks.length > 0) throw new Error(`a secret leaked:\n${leaks.slice(0, 4).map(({ encoding, before }) => `  ${encoding}, after …${JSON.stringify(before)}`).join("\n")}`);
}
