import { isAborted } from "./extra.ts";
import type { OpenExchange } from "./open-exchange.ts";

/**
 * Loses the answers a closed carrier has taken and never confirms. A per-request transport closes just before it confirms, which
 * is a few microtasks away; others get until the next turn of the event loop.
 */
export async function loseUnconfirmed(open: readonly OpenExchange[]): Promise<void> {
  for (let hop = 0; hop < 4; hop++) await undefined;
  if (!open.some((exchange) => exchange.isAnswering)) return;
  setImmediate(() => {
    for (const exchange of open) exchange.lose("closed");
  });
}

/** On 2026-07-28 HTTP, closing the response stream is how a client cancels (spec: basic/transports, cancellation). */
export function closedUnder(open: OpenExchange): void {
  if (open.exchange.era === "modern" && isAborted(open.extra)) open.cancel();
  else open.lose("closed");
}
