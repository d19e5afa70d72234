import { ConfigurationError } from "../errors/index.ts";

const begin = "-----BEGIN CERTIFICATE-----";
const frame = /-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g;

/**
 * The certificates of the option `ca`, as PEM and with nothing else beside them.
 *
 * @throws {@link ConfigurationError} for what holds no certificate, or one that cannot be read.
 */
export function readCa(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string" && !(value instanceof Uint8Array)) throw new ConfigurationError("ca must be a string or bytes: certificates in PEM");
  const text = typeof value === "string" ? value : new TextDecoder().decode(value);
  const found = [...text.matchAll(frame)];
  const started = text.split(begin).length - 1;
  if (started === 0) {
    throw new ConfigurationError("ca holds no certificate in PEM", { hint: "Give the content of the file, as from readFileSync, not its path. Bytes in DER must be converted to PEM." });
  }
  if (found.length !== started || !found.every(([whole, body = ""]) => isCertificate(whole, body))) {
    throw new ConfigurationError("ca holds a certificate that cannot be read", { hint: "Look at it with: openssl x509 -text -in <file>" });
  }
  return found.map(([whole]) => `${whole}\n`).join("");
}

/** Where the runtime cannot read certificates right here, that they look like some must do. */
function isCertificate(whole: string, body: string): boolean {
  const crypto = globalThis.process?.getBuiltinModule?.("node:crypto");
  if (crypto === undefined) return /^[A-Za-z0-9+/=\s]+$/.test(body) && body.trim() !== "";
  try {
    return new crypto.X509Certificate(whole).raw.length > 0;
  } catch {
    return false;
  }
}
