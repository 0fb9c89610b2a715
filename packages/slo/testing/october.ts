import { type Calendar, type Minute, monthNamed } from "../src/calendar.ts";
import { objective } from "../src/objective/objective.ts";
import type { MonthFacts, MonthReport } from "../src/report/report.ts";
import { monthReport } from "../src/report/report.ts";
import { minuteOf, slowCalendar } from "./calendar.ts";

const ZONE: Calendar = slowCalendar("Europe/Vienna");

/** A month in which something of everything happened. */
export function october(
  over: Partial<MonthFacts> = {},
  nowMs: number = Date.parse("2026-11-02T08:00:00Z"),
): MonthReport {
  return monthReport(monthNamed("2026-10", ZONE), ZONE, nowMs, { ...facts(), ...over });
}

function facts(): MonthFacts {
  return {
    objectives: OBJECTIVES,
    failovers: [
      { at: "2026-10-25T00:31:12.204Z", group: "travel", node: "a", event: "gave up", why: "its server was ill" },
      { at: "2026-10-25T00:31:14.010Z", group: "travel", node: "b", event: "took over", why: "nobody held the lease" },
    ],
    backups: [
      { set: "bookings", complete: 31, partial: 0, failed: 1, verified: 31, lastVerifiedAt: "2026-10-31T02:15:20Z" },
      { set: "mcp", complete: 4, partial: 1, failed: 0, verified: 0, lastVerifiedAt: undefined },
    ],
    gaps: [
      { from: minuteOf("2026-10-03T01:00Z"), to: minuteOf("2026-10-03T05:30Z") },
      { from: minuteOf("2026-10-31T22:50Z"), to: minuteOf("2026-10-31T23:20Z") },
    ],
    lost: 1_204,
  };
}

function kept(
  name: string,
  over: Partial<Parameters<typeof objective>[0]> & {
    readonly objective: number;
    readonly kind: "availability" | "latency" | "errors";
  },
  [good, bad]: readonly [number, number],
  incidents: readonly { from: Minute; to: Minute; bad: number; worst: number }[],
): MonthFacts["objectives"][number] {
  const one = objective({ name, server: "travel-desk", ...over });
  return { objective: one, since: minuteOf("2026-08-01T00:00Z"), until: undefined, totals: { good, bad }, incidents };
}

/** What is promised, and what became of it. */
export const OBJECTIVES = [
  kept(
    "desk-up",
    { kind: "availability", objective: 0.999 },
    [44_350, 65],
    [{ from: minuteOf("2026-10-25T00:30Z"), to: minuteOf("2026-10-25T01:35Z"), bad: 65, worst: 1_000 }],
  ),
  kept("desk-fast", { kind: "latency", objective: 0.99, thresholdMs: 350 }, [182_340, 1_209], []),
  kept(
    "booking-works",
    { kind: "errors", objective: 0.995, target: "book_flight" },
    [20_110, 96],
    [{ from: minuteOf("2026-10-14T13:05Z"), to: minuteOf("2026-10-14T13:26Z"), bad: 58, worst: 142.2 }],
  ),
  {
    ...kept("notes-work", { kind: "errors", objective: 0.99, server: "notes" }, [7, 0], []),
    since: minuteOf("2026-10-20T10:00Z"),
  },
] as const;
