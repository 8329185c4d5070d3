import { isIP } from "node:net";

/** Where a server listens, or a channel connects to. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** Schemes of gRPC's name resolution that are handed on as they are. A port behind one is the host of that name. */
const resolvable = /^(dns|ipv4|ipv6):(?!\d+$)/;

/**
 * Reads `host:port`, `[ipv6]:port` or `unix:/path`.
 *
 * @throws Error that says what is wrong with it
 */
export function parseAddress(text: string): Address {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
    if (path === "" || path.startsWith("//")) throw unusable(text, "it has no path");
    return { path };
  }
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0];
  if (scheme) throw unusable(text, `leave out "${scheme}"${scheme === "https://" ? ", and set tls" : ""}`);
  const [, ipv6, name, digits] = /^(?:\[([^[\]]*)\]|([^:[\]/\s]+))(?::(\d+))?$/.exec(text) ?? [];
  const host = ipv6 ?? name;
  if (host === undefined || (ipv6 !== undefined && isIP(ipv6) !== 6)) throw unusable(text, "it cannot be read");
  if (digits === undefined) throw unusable(text, "it has no port");
  const port = Number(digits);
  if (port > 65_535) throw unusable(text, "a port is at most 65535");
  return { host, port };
}

/** Writes what {@link parseAddress} reads. */
export function formatAddress(address: Address): string {
  if ("path" in address) return `unix:${address.path}`;
  return `${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
}

/** The address in gRPC's notation, for a channel, and whether it is in this machine. */
export function targetOf(text: string): { readonly target: string; readonly local: boolean } {
  if (resolvable.test(text)) return { target: text, local: false };
  const address = parseAddress(text);
  if ("path" in address) return { target: formatAddress(address), local: true };
  if (address.port === 0) throw unusable(text, "nothing can be reached at port 0");
  return { target: `dns:${formatAddress(address)}`, local: isLoopback(address.host) };
}

/** A name such as 127.example.com only looks like one. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function unusable(text: string, why: string): Error {
  return new Error(`"${text}" is no address (${why}): give host:port, [ipv6]:port or unix:/path`);
}
