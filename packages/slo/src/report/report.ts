import type { SloKind } from "@mcp-ops/formats";
import { type Calendar, MINUTE_MS, type Minute, type Month } from "../calendar.ts";
import { isOverdrawn } from "../evaluate/budget.ts";
import type { Totals } from "../evaluate/minutes.ts";
import { budgetBase } from "../evaluate/window.ts";
import type { Incident } from "../incidents/incidents.ts";
import type { Objective } from "../objective/objective.ts";

/** What is kept of a month. */
export interface MonthFacts {
  readonly objectives: readonly KeptObjective[];
  readonly failovers: readonly Failover[];
  readonly backups: readonly BackupMonth[];
  /** Spans in which nobody asked the servers whether they are there. */
  readonly gaps: readonly Span[];
  /** Exchanges that ended and are in no figure, because no room was left to record them. */
  readonly lost: number;
}

export interface KeptObjective {
  readonly objective: Objective;
  /** First minute it was watched; of one whose definition has changed, first minute under this one. */
  readonly since: Minute;
  /** First minute it was not watched any more; undefined while it is. */
  readonly until: Minute | undefined;
  /** Of the month. */
  readonly totals: Totals;
  /** Those that touch the month. */
  readonly incidents: readonly KeptIncident[];
}

export interface KeptIncident extends Incident {
  /** It may still go on. */
  readonly isOpen?: boolean;
}

export interface Span {
  readonly from: Minute;
  readonly to: Minute;
}

/** What a node of a failover group did. */
export interface Failover {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly group: string;
  readonly node: string;
  readonly event: "took over" | "gave up";
  readonly why: string;
}

/** The backups of a set that were begun in the month. */
export interface BackupMonth {
  readonly set: string;
  readonly complete: number;
  readonly partial: number;
  readonly failed: number;
  /** Of the complete and partial ones: read in full and found sound. */
  readonly verified: number;
  /** ISO 8601, UTC; undefined for none in the month. */
  readonly lastVerifiedAt: string | undefined;
}

/** How a month went, as data. Times are ISO 8601, UTC. */
export interface MonthReport {
  readonly schema: 1;
  readonly month: string;
  readonly timeZone: string;
  readonly from: string;
  readonly to: string;
  readonly generatedAt: string;
  /** The month is over. */
  readonly isComplete: boolean;
  readonly objectives: readonly ReportedObjective[];
  readonly incidents: readonly ReportedIncident[];
  readonly failovers: readonly Failover[];
  readonly backups: readonly BackupMonth[];
  readonly missing: {
    readonly gaps: readonly ReportedGap[];
    readonly gapMinutes: number;
    readonly lostExchanges: number;
  };
}

export interface ReportedObjective {
  readonly name: string;
  readonly server: string;
  readonly target?: string;
  readonly kind: SloKind;
  readonly objective: number;
  readonly thresholdMs?: number;
  /** Calls; of availability minutes. */
  readonly good: number;
  readonly bad: number;
  /** How many may be bad, of so many; of availability, of all minutes of the month, also those to come. */
  readonly allowed: number;
  readonly result: "met" | "missed" | "not enough data";
  /** Watched only from then on, or only until then. */
  readonly since?: string;
  readonly until?: string;
  /** Of availability: minutes of the month that are over and of which nothing is known. */
  readonly unknownMinutes?: number;
}

export interface ReportedIncident {
  readonly objective: string;
  readonly kind: SloKind;
  readonly from: string;
  readonly to: string;
  readonly minutes: number;
  /** Its trouble has not been over for half an hour: `to` is so far. */
  readonly isOpen?: true;
  readonly bad: number;
  /** How many times faster than allowed the budget burnt at worst. */
  readonly worst: number;
}

export interface ReportedGap {
  readonly from: string;
  readonly to: string;
  readonly minutes: number;
}

export function monthReport(month: Month, calendar: Calendar, nowMs: number, facts: MonthFacts): MonthReport {
  const now = Math.floor(nowMs / MINUTE_MS);
  const gaps = facts.gaps.map((gap) => clipped(gap, month)).filter(({ from, to }) => to > from);
  return {
    schema: 1,
    month: month.name,
    timeZone: calendar.name,
    ...textSpan(month),
    generatedAt: new Date(nowMs).toISOString(),
    isComplete: now >= month.to,
    objectives: facts.objectives.map((kept) => reported(kept, month, Math.min(now, month.to))),
    incidents: facts.objectives.flatMap(incidentsOf).toSorted((a, b) => a.from.localeCompare(b.from)),
    failovers: facts.failovers,
    backups: facts.backups,
    missing: {
      gaps: gaps.map((gap) => ({ ...textSpan(gap), minutes: gap.to - gap.from })),
      gapMinutes: gaps.reduce((sum, { from, to }) => sum + to - from, 0),
      lostExchanges: facts.lost,
    },
  };
}

function reported({ objective, since, until, totals }: KeptObjective, month: Month, end: Minute): ReportedObjective {
  const { name, server, target, kind, thresholdUs, budgetPpm } = objective;
  const total = totals.good + totals.bad;
  // In a month that runs its budget is that of the whole of it, as everywhere: ten minutes down on the first day are no broken promise.
  const base = budgetBase(objective, total, { toCome: until === undefined ? month.to - end : 0 });
  const watched = clipped({ from: since, to: until ?? end }, { from: month.from, to: end });
  return {
    ...{ name, server, kind },
    ...(target !== undefined && { target }),
    objective: objective.objective,
    ...(kind === "latency" && { thresholdMs: thresholdUs / 1e3 }),
    good: totals.good,
    bad: totals.bad,
    allowed: Math.floor((base * budgetPpm) / 1e6),
    result: resultOf(objective, totals, base),
    ...(since > month.from && { since: isoMinute(since) }),
    ...(until !== undefined && until < end && { until: isoMinute(until) }),
    ...(kind === "availability" && { unknownMinutes: Math.max(0, watched.to - watched.from - total) }),
  };
}

function resultOf(objective: Objective, { good, bad }: Totals, base: number): ReportedObjective["result"] {
  if (good + bad < objective.minEvents) return "not enough data";
  return isOverdrawn(objective, bad, base) ? "missed" : "met";
}

function incidentsOf({ objective: { name, kind }, incidents }: KeptObjective): readonly ReportedIncident[] {
  return incidents.map(({ from, to, bad, worst, isOpen = false }) => {
    const span = { ...textSpan({ from, to }), minutes: to - from, ...(isOpen && { isOpen }) };
    return { objective: name, kind, ...span, bad, worst };
  });
}

function clipped(span: Span, within: Span): Span {
  return { from: Math.max(span.from, within.from), to: Math.min(span.to, within.to) };
}

function textSpan({ from, to }: Span): { readonly from: string; readonly to: string } {
  return { from: isoMinute(from), to: isoMinute(to) };
}

function isoMinute(minute: Minute): string {
  return new Date(minute * MINUTE_MS).toISOString();
}
