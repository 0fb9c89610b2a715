import type { CostDay } from "@mcp-ops/formats";
import { type PriceBook, pricesNamed, ratesOf } from "../prices/book.ts";
import type { DayQuantities } from "../quantities.ts";
import { apportion, microUnits } from "./apportion.ts";
import { computeGrains, ServerSum } from "./server-sum.ts";

export interface CostDayOptions {
  readonly book: PriceBook;
  /** Of the machine: so many may processes that nobody saw have kept busy. */
  readonly cores: number;
}

/**
 * What a day cost: quantities times prices, summed exactly and rounded once. Whole and parts add up at every level (micro-units by largest
 * remainder). With another book the same quantities cost something else; nothing of it is stored.
 */
export function costDay(quantities: DayQuantities, { book, cores }: CostDayOptions): CostDay {
  const sums = new Map<string, ServerSum>();
  let machineIdle = 0n;
  for (const segment of quantities.segments) {
    const version = pricesNamed(book, segment);
    for (const server of segment.servers) {
      const sum = sums.get(server.server) ?? new ServerSum();
      sum.add(server, ratesOf(version, server.server), cores);
      sums.set(server.server, sum);
    }
    if (segment.machine !== undefined) machineIdle += computeGrains(segment.machine.idle, version.rates);
  }
  const named = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  const grains = [...named.map(([, sum]) => sum.whole), machineIdle];
  const whole = microUnits(grains.reduce((all, one) => all + one, 0n));
  const parts = apportion(whole, grains);
  return {
    day: quantities.day,
    isComplete: quantities.isComplete,
    prices: [...new Set(quantities.segments.map((segment) => pricesNamed(book, segment).name))],
    microUnits: whole,
    machineIdle: parts.at(-1) ?? 0,
    servers: named
      .map(([server, sum], at) => sum.cost(server, parts[at] ?? 0))
      .sort((a, b) => b.microUnits - a.microUnits),
  };
}
