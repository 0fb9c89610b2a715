import { type Minute, shiftDay, type Zone } from "../calendar/zone.ts";
import type { BudgetPeriod } from "./budget.ts";

/** A day or month of a zone; with 23 or 25 hours where the clocks change. */
export interface Period {
  /** First day and last day of it. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly fromMinute: Minute;
  /** The next one begins. */
  readonly toMinute: Minute;
}

/** The one in which a minute lies. */
export function periodOf(kind: BudgetPeriod, minute: Minute, zone: Zone): Period {
  const today = zone.dayOf(minute);
  const firstDay = kind === "day" ? today : `${today.slice(0, 7)}-01`;
  const lastDay = kind === "day" ? today : lastOfMonth(firstDay);
  return { firstDay, lastDay, fromMinute: zone.startOf(firstDay), toMinute: zone.endOf(lastDay) };
}

function lastOfMonth(firstDay: string): string {
  const next = `${shiftDay(firstDay, 31).slice(0, 7)}-01`;
  return shiftDay(next, -1);
}
