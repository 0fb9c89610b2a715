import type { CostDay, ServerCost } from "@mcp-ops/formats";
import type { DayQuantities, DefinitionQuantities, UseQuantities } from "../quantities.ts";

/** A day that is over, and what it cost. */
export interface AdviceDay {
  readonly quantities: DayQuantities;
  readonly cost: CostDay;
}

/** The days of one server, the oldest first. */
export interface ServerDays {
  readonly server: string;
  readonly days: readonly AdviceDay[];
}

export function usesOf({ server, days }: ServerDays): readonly UseQuantities[] {
  return days.flatMap(({ quantities }) =>
    quantities.segments.flatMap(({ servers }) => servers.find((one) => one.server === server)?.uses ?? []),
  );
}

/** What each day cost at the server; days without it are left out. */
export function costsOf({ server, days }: ServerDays): readonly ServerCost[] {
  return days.flatMap(({ cost }) => cost.servers.find((one) => one.server === server) ?? []);
}

/** The newest listing. */
export function definitionsOf({ server, days }: ServerDays): DefinitionQuantities | undefined {
  const segments = days.flatMap(({ quantities }) => quantities.segments);
  return segments.map(({ servers }) => servers.find((one) => one.server === server)?.definitions).findLast(Boolean);
}

export function lostOf({ days }: ServerDays): number {
  return days.reduce(
    (sum, { quantities }) => sum + Object.values(quantities.lost).reduce((all, one) => all + one, 0),
    0,
  );
}

export function daysBasis({ days }: ServerDays): { fromMinute: number; toMinute: number; count: number } {
  const fromMinute = days[0]?.quantities.fromMinute ?? 0;
  return { fromMinute, toMinute: days.at(-1)?.quantities.toMinute ?? fromMinute, count: days.length };
}
