import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { OpsError } from "@mcp-ops/formats";
import { PROXY_ERROR } from "../codes.ts";
import { MAX_CONNECTIONS, type ProxyOptions } from "./options.ts";

/** Only this machine, unless somebody says otherwise. */
export const DEFAULT_HOST = "127.0.0.1";

/** How often it is looked whether all is done, while the proxy closes. */
const LOOK_EVERY_MS = 20;

/** Where clients come in. */
export interface Door {
  readonly url: string;
  /** Lets nobody in any more, waits until `isIdle` or for `drainMs`, then closes every connection. */
  close(isIdle: () => boolean, drainMs: number): Promise<void>;
}

export async function openDoor({ listen, tls }: ProxyOptions, listener: RequestListener): Promise<Door> {
  const server = tls === undefined ? createServer(listener) : createTlsServer(tlsOptions(tls), listener);
  server.maxConnections = MAX_CONNECTIONS;
  const { port = 0, host = DEFAULT_HOST } = listen ?? {};
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, "listening");
  } catch (cause) {
    throw listenError(port, host, cause);
  }
  const { address, family, port: bound } = server.address() as AddressInfo;
  const name = family === "IPv6" ? `[${address}]` : address;
  return {
    url: `${tls === undefined ? "http" : "https"}://${name}:${bound}`,
    close: (isIdle, drainMs) => drain(server, isIdle, drainMs),
  };
}

function tlsOptions({ cert, key }: { cert: string; key: string }): { cert: string; key: string } {
  return { cert, key };
}

async function drain(server: Server, isIdle: () => boolean, drainMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const deadline = performance.now() + drainMs;
  while (!isIdle() && performance.now() < deadline) {
    server.closeIdleConnections();
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  server.closeAllConnections();
  await closed;
}

function listenError(port: number, host: string, cause: unknown): OpsError {
  const code = String((cause as NodeJS.ErrnoException).code ?? cause);
  const hint =
    code === "EADDRINUSE"
      ? "Stop what listens there, or choose another port; 0 takes a free one."
      : "Check the address and the port: one below 1024 needs a right, the address must belong to this machine.";
  return new OpsError(PROXY_ERROR.listenFailed, `Cannot listen on port ${port} of ${host} (${code}). ${hint}`, {
    cause,
  });
}
