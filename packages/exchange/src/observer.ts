import type { Connection, Exchange } from "./exchange.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Watches an exchange from outside. What it returns, throws or forgets changes nothing for the client.
 *
 * Call `next` before your first `await`: what runs inside it (the server's handler too) sees the async context you are in.
 * The promise it gives settles when the exchange ends, and never rejects.
 */
export type Observer = (exchange: Exchange, next: () => Promise<Outcome>) => unknown;

/** How long a connection lasted, and whether it ended by an error of its carrier. */
export interface ConnectionEnd {
  readonly durationMs: number;
  readonly error: Error | undefined;
}

/** Watches connections: called when one opens; `ended` settles when it closes, and never rejects. */
export type ConnectionObserver = (
  connection: Connection,
  kind: "session" | "stdio" | "stream" | "memory",
  ended: Promise<ConnectionEnd>,
) => unknown;
