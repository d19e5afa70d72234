/**
 * Reads a list as `NO_PROXY` holds it, in the way of curl: names (`example.com`, `.example.com` and `*.example.com` all mean
 * that name and what is below it), addresses, networks (`10.0.0.0/8`), each perhaps with a port (`[::1]:8443`), or `*` for
 * everything; between commas or white space. An entry that is none of these excepts nothing.
 *
 * @returns whether a target is in the list.
 */
export function readNoProxy(list: string): (target: URL) => boolean {
  const entries = list.toLowerCase().split(/[\s,]+/).filter((entry) => entry !== "").map(readEntry);
  return ({ hostname, port, protocol }) => {
    const host = bare(hostname);
    const effective = port !== "" ? port : protocol === "https:" ? "443" : "80";
    return entries.some((entry) => (entry.port === undefined || entry.port === effective) && entry.covers(host));
  };
}

interface Entry {
  readonly port: string | undefined;
  readonly covers: (host: string) => boolean;
}

function readEntry(text: string): Entry {
  // An IPv6 address without brackets has more than one colon, and no port.
  const [, host = text, port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(text) ?? [];
  return { port, covers: host === "*" ? () => true : coverOf(bare(host)) };
}

function coverOf(pattern: string): Entry["covers"] {
  if (isAddress(pattern.replace(/\/\d+$/, ""))) return addressCover(pattern);
  const name = pattern.replace(/^\*?\./, "");
  if (name === "") return () => false;
  return (host) => host === name || (host.endsWith(`.${name}`) && !isAddress(host));
}

/** Compared as addresses, since one has many spellings. */
function addressCover(pattern: string): Entry["covers"] {
  const net = globalThis.process?.getBuiltinModule?.("node:net");
  if (net === undefined) return (host) => host === pattern;
  const [address = "", prefix] = pattern.split("/");
  const family = familyOf(address);
  const network = new net.BlockList();
  try {
    network.addSubnet(address, prefix === undefined ? (family === "ipv4" ? 32 : 128) : Number(prefix), family);
  } catch {
    return () => false;
  }
  return (host) => isAddress(host) && network.check(host, familyOf(host));
}

const familyOf = (address: string): "ipv4" | "ipv6" => (address.includes(":") ? "ipv6" : "ipv4");

const isAddress = (host: string): boolean => host.includes(":") || /^\d+(\.\d+){3}$/.test(host);

/** Without brackets, and without the dot that a full name may end with. */
const bare = (host: string): string => host.replace(/^\[|\]$/g, "").replace(/\.$/, "");
