/** What a browser says of where a request comes from. */
interface Provenance {
  readonly host: string | null;
  readonly origin: string | null;
  readonly fetchSite: string | null;
  readonly fetchMode: string | null;
}

const names = ["127.0.0.1", "localhost"];

/**
 * Says no to what another site lets a browser send to the page or its API; undefined lets a request pass. A foreign name in
 * `Host` is one that was bound to this machine's address (DNS rebinding); programs send no `Origin`.
 */
export function pageRefusal({ host, origin, fetchSite, fetchMode }: Provenance, port: number): string | undefined {
  const wrongHost = hostRefusal(host, port);
  if (wrongHost !== undefined) return wrongHost;
  if (origin !== null && !names.some((name) => origin === `http://${name}:${String(port)}`)) return "Another site may not send requests here.";
  const isForeign = fetchSite === "cross-site" || fetchSite === "same-site";
  // A link to the page may stand anywhere.
  return isForeign && fetchMode !== "navigate" ? "Another site may not send requests here." : undefined;
}

/** {@link pageRefusal} for a fake: pages of this machine, such as that of a program under development, may call it. */
export function fakeRefusal({ host, origin }: Pick<Provenance, "host" | "origin">, port: number): string | undefined {
  const wrongHost = hostRefusal(host, port);
  if (wrongHost !== undefined) return wrongHost;
  return origin === null || isOfThisMachine(origin) ? undefined : "Another site may not send requests here.";
}

function hostRefusal(host: string | null, port: number): string | undefined {
  const isOurs = host !== null && names.some((name) => host.toLowerCase() === `${name}:${String(port)}` || (port === 80 && host.toLowerCase() === name));
  return isOurs ? undefined : "This server has no such name.";
}

function isOfThisMachine(origin: string): boolean {
  return URL.canParse(origin) && [...names, "[::1]"].includes(new URL(origin).hostname);
}
