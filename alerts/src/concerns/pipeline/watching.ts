import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../../context.ts";
import type { AlertRule } from "../../rule.ts";
import { PROCESS, WHOSE } from "./process.ts";

/** Whether anything was not watched. The requests themselves went on in all of these. */
export function watching(context: RuleContext): readonly AlertRule[] {
  const times = (selector: string, ...labels: readonly string[]) =>
    `sum ${context.by(...PROCESS, ...labels)} ${context.events(selector, 900)} > 0`;
  return [
    {
      alert: "McpObserverFaults",
      expr: times(METRIC.observerFaults, "source", "kind"),
      forSeconds: 300,
      severity: "warning",
      summary: `{{ $labels.source }} in ${WHOSE} has faults.`,
      description: `In 15 minutes {{ $labels.source }} failed {{ $value | humanize }} times ({{ $labels.kind }}) while it watched requests of ${WHOSE}. The requests were not harmed; what it shows or records of them may be missing.`,
    },
    {
      alert: "McpExchangesUnobserved",
      expr: times(METRIC.unobserved),
      forSeconds: 60,
      severity: "warning",
      summary: `${WHOSE} has had too many requests open to watch all.`,
      description: `In 15 minutes {{ $value | humanize }} requests of ${WHOSE} were neither counted nor recorded, because too many were open at once.`,
    },
    {
      alert: "McpScrapeErrors",
      expr: times(METRIC.scrapeErrors, "metric"),
      forSeconds: 600,
      severity: "warning",
      summary: `${WHOSE} cannot show {{ $labels.metric }}.`,
      description: `In 15 minutes {{ $labels.metric }} was left off the page of ${WHOSE} {{ $value | humanize }} times, because collecting it failed or took too long. Alerts on it are blind.`,
    },
    {
      alert: "McpJournalDropped",
      expr: times(`${METRIC.journalDropped}{why=~"queue|file"}`, "why"),
      forSeconds: 300,
      severity: "warning",
      summary: `The journal of ${WHOSE} lacks exchanges ({{ $labels.why }}).`,
      description: `In 15 minutes {{ $value | humanize }} exchanges of ${WHOSE} did not come into the journal ({{ $labels.why }}): costs and objectives do not know of them.`,
    },
    {
      alert: "McpMessagesOversize",
      expr: times(METRIC.oversizeMessages, "from"),
      forSeconds: 60,
      severity: "info",
      summary: `Messages of the {{ $labels.from }} of ${WHOSE} are too large.`,
      description: `In 15 minutes {{ $value | humanize }} messages of the {{ $labels.from }} of ${WHOSE} were above the limit and did not pass; who asked got an error.`,
    },
  ];
}
