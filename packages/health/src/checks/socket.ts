import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

/** Where a dependency listens. */
export type Address = { readonly host: string; readonly port: number } | { readonly socketPath: string };

export function describeAddress(address: Address): string {
  if ("socketPath" in address) return address.socketPath;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Connects, lets `talk` have the socket, and closes it whatever happens, at once when `signal` says so. No check keeps the process alive. */
export async function withSocket<T>(
  address: Address,
  tls: ConnectionOptions | undefined,
  signal: AbortSignal,
  talk: (socket: Socket) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const socket = open(address, tls).unref();
  const broken = new Promise<never>((_, reject) => {
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("connection closed")));
  });
  // Whoever loses the race must not become an unhandled rejection.
  broken.catch(() => {});
  const destroy = () => void socket.destroy();
  signal.addEventListener("abort", destroy, { once: true });
  try {
    const connected = new Promise<void>((resolve) =>
      socket.once(tls === undefined ? "connect" : "secureConnect", () => resolve()),
    );
    return await Promise.race([broken, connected.then(() => talk(socket))]);
  } finally {
    signal.removeEventListener("abort", destroy);
    socket.on("error", () => {});
    socket.destroy();
  }
}

function open(address: Address, tls: ConnectionOptions | undefined): Socket {
  const where = "socketPath" in address ? { path: address.socketPath } : { host: address.host, port: address.port };
  if (tls === undefined) return connectTcp(where);
  // A certificate names a host; an IP address cannot be a server name.
  return connectTls({
    ...("host" in where && !/^[\d.]+$|:/.test(where.host) && { servername: where.host }),
    ...where,
    ...tls,
  });
}
