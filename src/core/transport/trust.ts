import type { SecureContext } from "node:tls";
import { readEnvironment } from "../environment.ts";

type Tls = typeof import("node:tls");

/**
 * Trusts whom the runtime trusts, those of `NODE_EXTRA_CA_CERTS` included, and the given authorities. A context of its
 * own: nobody else comes to trust them. As a list, `ca`, they would be put into the name of each connection.
 *
 * @param ca - checked certificates, PEM.
 */
export async function trusting(ca: string, tls: Tls): Promise<SecureContext> {
  const known = authoritiesOf(tls);
  if (known.length > 0) return tls.createSecureContext({ ca: [...known, ca] });
  // Node before 22.15 does not tell, nor does one that leaves it to OpenSSL. But a copy of what it trusts can be added to.
  const context = tls.createSecureContext();
  const inner: unknown = context.context;
  const add: unknown = typeof inner === "object" && inner !== null ? Reflect.get(inner, "addCACert") : undefined;
  const more = [...(await extraAuthorities()), ca];
  if (typeof add !== "function") return tls.createSecureContext({ ca: [...tls.rootCertificates, ...more] });
  for (const one of more) Reflect.apply(add, inner, [one]);
  return context;
}

/** Empty where the runtime does not tell. */
function authoritiesOf(tls: Tls): readonly string[] {
  const get: unknown = Reflect.get(tls, "getCACertificates");
  const told: unknown = typeof get === "function" ? Reflect.apply(get, tls, ["default"]) : [];
  return Array.isArray(told) ? told.filter((one) => typeof one === "string") : [];
}

/** Node reads them for its own list alone. About a file that cannot be read it has complained already. */
async function extraAuthorities(): Promise<readonly string[]> {
  const file = readEnvironment(["NODE_EXTRA_CA_CERTS"])("NODE_EXTRA_CA_CERTS");
  if (file === undefined) return [];
  const { readFile } = await import("node:fs/promises");
  return readFile(file, "utf8").then((text) => [text], () => []);
}
