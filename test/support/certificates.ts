import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** An authority of this run's own, which nobody trusts by itself. */
export interface Authority {
  /** Its certificate. */
  readonly pem: string;
  /** A certificate for names and addresses, such as `DNS:api.test` or `IP:10.1.2.3`. */
  issue(...names: string[]): Certificate;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];

/** Makes a certificate of its own, or one of an authority's. */
function make(subject: readonly string[], issuer?: Certificate): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "keylight-certificates-"));
  const at = (name: string): string => join(folder, name);
  try {
    if (issuer !== undefined) {
      writeFileSync(at("ca"), issuer.cert);
      writeFileSync(at("ca-key"), issuer.key);
    }
    const by = issuer === undefined ? [] : ["-CA", at("ca"), "-CAkey", at("ca-key")];
    execFileSync("openssl", ["req", "-x509", ...by, ...newKey, ...subject, "-keyout", at("key"), "-out", at("cert")], { stdio: "ignore" });
    return { key: readFileSync(at("key"), "utf8"), cert: readFileSync(at("cert"), "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Undefined, and said so, where there is no openssl 3. */
export function makeAuthority(name: string): Authority | undefined {
  try {
    const own = make(["-subj", `/CN=${name}`]);
    const issue = (...names: string[]): Certificate => make(["-subj", "/CN=server", "-addext", `subjectAltName=${names.join(",")}`, "-addext", "basicConstraints=CA:FALSE"], own);
    issue("DNS:probe");
    return { pem: own.cert, issue };
  } catch {
    console.warn("openssl made no certificate, so the tests that need one are skipped");
    return undefined;
  }
}
