import type { Exchange, Observer, Outcome } from "@mcp-ops/exchange";
import { LISTEN_METHOD } from "@mcp-ops/formats";
import type { LoneCalls } from "./lone-calls.ts";

/** Told of each request of a client that has ended, with its CPU time in microseconds where that was measured. */
type OnEnded = (exchange: Exchange, outcome: Outcome, cpuUs: number | undefined) => void;

/** On the path of a request there is nothing but two calls and, at its end, a place in a list. */
export function watching(lone: LoneCalls | undefined, onEnded: OnEnded): Observer {
  const journal: Observer = (exchange, next) => {
    if (exchange.direction !== "inbound" || exchange.kind !== "request") return next();
    // A client that listens for hours is not at work, and must not keep others from being measured.
    const measuring = exchange.method === LISTEN_METHOD ? undefined : lone;
    const measured = measuring?.began();
    return next().then((outcome) => onEnded(exchange, outcome, measuring?.ended(measured)));
  };
  return journal;
}
