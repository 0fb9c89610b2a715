import { createServer, type Server } from "node:http";
import { answering } from "./answer.ts";
import type { Route } from "./route.ts";

/** What bounds a slow or greedy client. */
export interface Limits {
  readonly maxConnections: number;
  /** For the whole request to arrive. */
  readonly requestMs: number;
  /** For the whole answer to be read, however steadily. */
  readonly answerMs: number;
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** How often Node looks for requests that are too slow; its own default is half a minute. */
  readonly checkEveryMs: number;
}

/** Scrapers are few and quick: Prometheus gives up after ten seconds by itself. */
export const DEFAULT_LIMITS: Limits = {
  maxConnections: 64,
  requestMs: 10_000,
  answerMs: 30_000,
  idleMs: 30_000,
  checkEveryMs: 2_000,
};

/** An HTTP server of these pages, not listening yet. Nothing of it keeps the process alive or can become an uncaught exception. */
export function opsServer(
  routes: readonly Route[],
  allows: (host: string | undefined) => boolean,
  limits: Limits = DEFAULT_LIMITS,
): Server {
  const { maxConnections, requestMs, answerMs, idleMs, checkEveryMs } = limits;
  const server = createServer(
    { headersTimeout: requestMs, requestTimeout: requestMs, connectionsCheckingInterval: checkEveryMs },
    answering(routes, allows, answerMs),
  );
  server.maxConnections = maxConnections;
  server.setTimeout(idleMs);
  // Running out of file descriptors, say.
  server.on("error", () => {});
  server.unref();
  server.on("connection", (socket) => socket.unref());
  return server;
}

/** Stops listening and cuts off whoever is still connected. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
