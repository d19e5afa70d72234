import type { SecureContext } from "node:tls";

type Tls = typeof import("node:tls");

/**
 * Trusts the runtime's own authorities, those of `NODE_EXTRA_CA_CERTS` included, and the given ones. A context of its
 * own: nobody else comes to trust them. As a list, `ca`, they would be put into the name of each connection.
 *
 * @param ca - checked certificates, PEM.
 */
export function trusting(ca: string, tls: Tls): SecureContext {
  const known = authoritiesOf(tls);
  if (known.length > 0) return tls.createSecureContext({ ca: [...known, ca] });
  // Node before 22.15 does not tell its authorities, but lets a copy of them be added to.
  const context = tls.createSecureContext();
  const inner: unknown = context.context;
  const add: unknown = typeof inner === "object" && inner !== null ? Reflect.get(inner, "addCACert") : undefined;
  if (typeof add !== "function") return tls.createSecureContext({ ca: [...tls.rootCertificates, ca] });
  Reflect.apply(add, inner, [ca]);
  return context;
}

/** Empty where the runtime does not tell, and where it leaves them to OpenSSL. */
function authoritiesOf(tls: Tls): readonly string[] {
  const get: unknown = Reflect.get(tls, "getCACertificates");
  const told: unknown = typeof get === "function" ? Reflect.apply(get, tls, ["default"]) : [];
  return Array.isArray(told) ? told.filter((one) => typeof one === "string") : [];
}
