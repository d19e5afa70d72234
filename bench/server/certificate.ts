import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Files in PEM. The certificate is its own authority. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Made on the spot, for this machine only; undefined where there is no openssl. */
export function makeCertificate(folder: string): Certificate | undefined {
  const files = { key: join(folder, "key.pem"), cert: join(folder, "cert.pem") };
  try {
    execFileSync("openssl", ["req", "-x509", ...curve, "-keyout", files.key, "-out", files.cert, "-days", "2", ...subject], { stdio: "ignore" });
    return files;
  } catch {
    return undefined;
  }
}
