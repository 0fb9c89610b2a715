import { type KeptObjective, MINUTE_MS, type Minute, type Month, type MonthReport, monthReport } from "@mcp-ops/slo";
import type { Series } from "./books/series.ts";
import type { Books } from "./books.ts";

/** The report about a month, of what is kept. */
export function reportOf(books: Books, month: Month, nowMs: number): MonthReport {
  const { zone, series, probes, failovers, backups, lost } = books;
  const now = Math.floor(nowMs / MINUTE_MS);
  const [from, to] = [isoOf(month.from), isoOf(month.to)];
  return monthReport(month, zone, nowMs, {
    objectives: series.between(month.from, Math.min(now + 1, month.to)).flatMap((one) => keptOf(books, one, month)),
    failovers: failovers.between(from, to),
    backups: backups.month(from, to),
    gaps: probes.gaps(month),
    lost: lost.sum(zone.dayOf(month.from), zone.dayOf(month.to)),
  });
}

/** One that was taken back before anything was known of it was a mistake in the config, and no promise. */
function keptOf({ zone, minutes, incidents }: Books, series: Series, month: Month): readonly KeptObjective[] {
  const { objective, since, until } = series;
  const totals = minutes.days(series, zone.dayOf(month.from), zone.dayOf(month.to));
  if (until !== undefined && totals.good + totals.bad === 0) return [];
  return [{ objective, since, until, totals, incidents: incidents.touching(series, month) }];
}

function isoOf(minute: Minute): string {
  return new Date(minute * MINUTE_MS).toISOString();
}
