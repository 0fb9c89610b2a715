import type { Exchange, Observer, Outcome } from "@mcp-ops/exchange";
import { LISTEN_METHOD } from "@mcp-ops/formats";
import type { LoneCalls } from "./lone-calls.ts";

/** Told of each request of a client that has ended, with its CPU time in microseconds where that was measured. */
type OnEnded = (exchange: Exchange, outcome: Outcome, cpuUs: number | undefined) => void;

/**
 * Watches requests of clients. `onLost` is told where `onEnded` throws: so the promise need not be handed back to be watched over, which costs a
 * quarter of what the journal does.
 */
export function watching(lone: LoneCalls | undefined, onEnded: OnEnded, onLost: () => void): Observer {
  const journal: Observer = (exchange, next) => {
    if (exchange.direction !== "inbound" || exchange.kind !== "request") {
      next();
      return;
    }
    // A client that listens for hours is not at work, and must not keep others from being measured.
    const measuring = exchange.method === LISTEN_METHOD ? undefined : lone;
    const measured = measuring?.began(exchange.startedAt);
    next().then((outcome) => {
      try {
        onEnded(exchange, outcome, measuring?.ended(measured));
      } catch {
        onLost();
      }
    });
  };
  return journal;
}
