const loopbackHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** What is wrong with a redirect URI: https is demanded, except of loopback addresses and of a native application's own scheme. */
export function flawOf(uri: string, isNative: boolean): string | undefined {
  if (!URL.canParse(uri)) return "Redirect URIs must be absolute";
  const { protocol, hostname } = new URL(uri);
  // Not by `hash`, which is empty for a fragment that is empty.
  if (uri.includes("#")) return "Redirect URIs must not contain fragments";
  if (protocol === "https:" || (protocol === "http:" && loopbackHosts.has(hostname))) return undefined;
  if (isNative && protocol !== "http:" && !/^(?:javascript|data|file|vbscript):$/.test(protocol)) return undefined;
  return "Redirect URIs must use HTTPS, except for localhost";
}

/** Whether a client may be sent to this URI. The port of a loopback address does not count. */
export function isRegistered(uri: string, registered: readonly string[]): boolean {
  return registered.some((one) => one === uri || (isLoopback(one) && isLoopback(uri) && withoutPort(one) === withoutPort(uri)));
}

function isLoopback(uri: string): boolean {
  return URL.canParse(uri) && new URL(uri).protocol === "http:" && loopbackHosts.has(new URL(uri).hostname);
}

function withoutPort(uri: string): string {
  const url = new URL(uri);
  url.port = "";
  return url.href;
}
