import type { PriceVersion } from "../prices/book.ts";
import { ratesOf } from "../prices/book.ts";
import type { Advice } from "./advice.ts";
import { type ComputeFacts, cpuAdvice, memoryAdvice } from "./compute.ts";
import { idleServerAdvice } from "./idle-server.ts";
import { toolListAdvice } from "./tool-list.ts";
import { toolResultsAdvice } from "./tool-results.ts";
import type { AdviceDay } from "./uses.ts";

/** What advice is worked out from. */
export interface AdviceFacts {
  /** Whole days of the window, the oldest first. */
  readonly days: readonly AdviceDay[];
  readonly servers: readonly Omit<ComputeFacts, "rates">[];
  /** In force now. */
  readonly prices: PriceVersion;
}

/** All that could be said of all servers; what saves most comes first. Nothing is done. */
export function advise({ days, servers, prices }: AdviceFacts): readonly Advice[] {
  const all = servers.flatMap((facts) => {
    const compute = { ...facts, rates: ratesOf(prices, facts.server) };
    const of = { server: facts.server, days };
    return [
      cpuAdvice(compute),
      memoryAdvice(compute),
      idleServerAdvice(of),
      toolListAdvice(of),
      ...toolResultsAdvice(of),
    ];
  });
  return all.sort((a, b) => (b.savingMicroUnitsPerMonth ?? 0) - (a.savingMicroUnitsPerMonth ?? 0));
}
