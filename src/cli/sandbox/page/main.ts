import { troubles } from "../faults.ts";
import type { CallReport, SandboxView, ServiceView } from "../protocol.ts";
import { ask, listen } from "./api.ts";
import { byId, make } from "./dom.ts";
import { showLog } from "./log.ts";
import { say, showOutcome } from "./outcome.ts";
import { showService, showServices, showVariables } from "./services.ts";

let latest: SandboxView | undefined;
let chosen = "lumar";

const button = (id: string): HTMLButtonElement => byId(id, HTMLButtonElement);
const select = (id: string): HTMLSelectElement => byId(id, HTMLSelectElement);
const input = (id: string): HTMLInputElement => byId(id, HTMLInputElement);
const current = (): ServiceView | undefined => latest?.services.find(({ name }) => name === chosen);

function render(): void {
  const service = current();
  if (latest === undefined || service === undefined) return;
  showServices(latest.services, chosen);
  showService(service);
  showLog(latest.log.filter((row) => row.service === chosen));
}

/** Does what a button asks for, and says so when it cannot be done. */
function doing(work: () => Promise<unknown>): void {
  work().catch((error: unknown) => say(error instanceof Error ? error.message : String(error), "bad"));
}

function call(times: number): void {
  const buttons = [button("call-once"), button("call-many")];
  doing(async () => {
    for (const one of buttons) one.setAttribute("aria-disabled", "true");
    try {
      showOutcome((await ask("call", { service: chosen, call: select("call").value, times })) as CallReport);
    } finally {
      for (const one of buttons) one.removeAttribute("aria-disabled");
    }
  });
}

function onPress(id: string, work: () => void): void {
  button(id).addEventListener("click", ({ currentTarget }) => {
    // Unlike `disabled`, this keeps the focus where it is.
    if (currentTarget instanceof HTMLElement && currentTarget.ariaDisabled !== "true") work();
  });
}

function onSubmit(id: string, work: () => Promise<void>): void {
  byId(id, HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    doing(work);
  });
}

onPress("call-once", () => call(1));
onPress("call-many", () => call(50));
onPress("clear", () => doing(() => ask("clear", {})));
onPress("copy", () =>
  doing(async () => {
    await navigator.clipboard.writeText(`${byId("env", HTMLElement).textContent}\n`);
    button("copy").textContent = "Copied";
    setTimeout(() => (button("copy").textContent = "Copy"), 1_500);
  }),
);
byId("controls", HTMLElement).addEventListener("click", ({ target }) => {
  if (!(target instanceof HTMLButtonElement)) return;
  const done = `${target.textContent}: done.`;
  doing(async () => {
    await ask("control", { service: chosen, control: target.value });
    say(done);
  });
});
onSubmit("fail", async () => {
  const times = Number(select("trouble-times").value);
  await ask("fail", { service: chosen, trouble: select("trouble").value, times });
  say(`${times === 1 ? "The next request" : `The next ${String(times)} requests`}: ${select("trouble").selectedOptions[0]?.textContent ?? ""}.`);
});
onSubmit("limit", async () => {
  const limit = { requests: input("limit-requests").valueAsNumber, seconds: input("limit-seconds").valueAsNumber };
  const isOn = current()?.rateLimit != null;
  await ask("rate-limit", { service: chosen, ...(isOn ? { off: true } : limit) });
  say(isOn ? "The rate is not limited." : `From now on ${String(limit.requests)} requests in ${String(limit.seconds)} s are answered; more are refused with 429.`);
});
byId("services", HTMLElement).addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement)) return;
  chosen = target.value;
  byId("outcome", HTMLElement).replaceChildren();
  render();
});
select("format").addEventListener("change", () => {
  const service = current();
  if (service !== undefined) showVariables(service);
});
select("trouble").append(...Object.entries(troubles).map(([name, { label }]) => make("option", { value: name }, label)));

listen({
  view: (view) => {
    latest = view;
    render();
  },
  status: (status) => {
    const texts = { live: "Live", lost: "No connection: is the sandbox still running?", ended: "The sandbox has ended." };
    const element = byId("status", HTMLElement);
    element.textContent = texts[status];
    element.className = status;
  },
});
