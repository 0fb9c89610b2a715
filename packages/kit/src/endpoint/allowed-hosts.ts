import { isIP } from "node:net";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const ANY_ADDRESS = new Set(["0.0.0.0", "[::]"]);

/**
 * Tells whether a `Host` header may ask. A web page can point its own name at our address (DNS rebinding) and read what
 * it likes; but then the browser sends that name.
 *
 * Bound to every address, we also answer to any IP address: rebinding needs a name, and scrapers ask by address.
 */
export function hostCheck(bound: string, hosts: readonly string[]): (host: string | undefined) => boolean {
  const boundName = hostName(bound);
  const names = new Set([boundName, ...hosts.map(hostName)]);
  const anyAddress = boundName !== undefined && ANY_ADDRESS.has(boundName);
  return (host) => {
    const name = host === undefined ? undefined : hostName(host);
    return name !== undefined && (LOOPBACK.test(name) || names.has(name) || (anyAddress && isAddress(name)));
  };
}

/** The name in `name`, `name:port`, `::1` or `[::1]:port`, in the one way URLs write it; undefined when it is none. */
export function hostName(host: string): string | undefined {
  try {
    const { hostname, pathname, search, hash, username } = new URL(`http://${isIP(host) === 6 ? `[${host}]` : host}`);
    return pathname === "/" && search === "" && hash === "" && username === "" ? hostname : undefined;
  } catch {
    return undefined;
  }
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[|\]$/g, "")) !== 0;
}
