import type { House } from "./house.ts";
import type { RequestLog } from "./log.ts";
import type { SandboxView, ServiceView } from "./protocol.ts";

/** All that the page shows. */
export function viewOf(houses: readonly House[], log: RequestLog): SandboxView {
  // The rows first: they give credentials their numbers in the order in which they came.
  const rows = log.rows();
  return { services: houses.map((house) => serviceView(house, log)), log: rows };
}

function serviceView(house: House, log: RequestLog): ServiceView {
  const { name, title, url, story, env, clash, calls, controls, rateLimit, tables } = house;
  return {
    name,
    title,
    url,
    story,
    env: env(),
    ...(clash === undefined ? {} : { envNote: clash.note }),
    calls: Object.keys(calls),
    controls: controls.map((control) => ({ name: control.name, label: control.label() })),
    ...(rateLimit === undefined ? {} : { rateLimit: rateLimit.current() }),
    tables: tables(log.credentialsOf(house)),
  };
}
