import { once } from "node:events";
import { chmodSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { OpsError } from "@mcp-ops/formats";
import { KIT_ERROR } from "../codes.ts";
import { clearStaleSocket } from "./stale-socket.ts";

/** Where to listen: on a port (0 takes a free one), by default of 127.0.0.1, or on a Unix socket. */
export type Listen = { readonly port: number; readonly host?: string } | { readonly socket: string };

/** Where it listens. */
export interface Bound {
  readonly url: string | undefined;
  readonly socketPath: string | undefined;
}

export const LOOPBACK_HOST = "127.0.0.1";

/** Listens; `exclusive` because in a cluster the primary would else hand each scrape to whichever worker is next. */
export async function listen(server: Server, where: Listen): Promise<Bound> {
  return "socket" in where ? listenOnSocket(server, where.socket) : listenOnPort(server, where.port, where.host);
}

async function listenOnPort(server: Server, port: number, host = LOOPBACK_HOST): Promise<Bound> {
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, "listening");
  } catch (cause) {
    throw portError(port, host, cause);
  }
  const { address, family, port: bound } = server.address() as AddressInfo;
  return { url: `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`, socketPath: undefined };
}

async function listenOnSocket(server: Server, path: string): Promise<Bound> {
  await clearStaleSocket(path);
  try {
    server.listen({ path, exclusive: true });
    await once(server, "listening");
    // A socket is born with what the umask leaves, which for others is rarely the right to write that connecting takes.
    chmodSync(path, 0o600);
  } catch (cause) {
    server.close();
    throw socketError(path, cause);
  }
  return { url: undefined, socketPath: path };
}

function portError(port: number, host: string, cause: unknown): OpsError {
  const code = codeOf(cause);
  if (code === "EADDRINUSE") {
    return new OpsError(
      KIT_ERROR.portInUse,
      `Port ${port} on ${host} is in use. Stop what listens there, or give another port: opsEndpoint({ listen: { port } }), where 0 takes a free one. In a cluster each worker needs its own.`,
      { cause },
    );
  }
  const hint =
    code === "EACCES"
      ? "Ports below 1024 need a right this process lacks: choose a higher one."
      : "Check `port` and `host` of the option `listen`.";
  return new OpsError(KIT_ERROR.listenFailed, `Cannot listen on port ${port} of ${host} (${code}). ${hint}`, { cause });
}

function socketError(path: string, cause: unknown): OpsError {
  const code = codeOf(cause);
  const hint =
    code === "EADDRINUSE"
      ? "Another process was faster: choose another path."
      : "The folder must exist and be writable, and the path must be short (at most 107 bytes on Linux, 103 on macOS).";
  return new OpsError(KIT_ERROR.listenFailed, `Cannot listen on the socket ${path} (${code}). ${hint}`, { cause });
}

function codeOf(cause: unknown): string {
  return String((cause as NodeJS.ErrnoException).code ?? cause);
}
