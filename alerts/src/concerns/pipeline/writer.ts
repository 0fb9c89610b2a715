import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../../context.ts";
import type { AlertRule } from "../../rule.ts";
import { PROCESS, WHOSE } from "./process.ts";

/** Whether what was asked comes to disk. */
export function auditWriter(context: RuleContext): readonly AlertRule[] {
  const { by, limit } = context;
  const times = (name: string) => `sum ${by(...PROCESS)} ${context.events(name, 900)} > 0`;
  return [
    {
      alert: "McpAuditDropped",
      expr: times(METRIC.auditDropped),
      forSeconds: 60,
      severity: "critical",
      summary: `The audit log of ${WHOSE} has lost records.`,
      description: `In 15 minutes {{ $value | humanize }} exchanges of ${WHOSE} got no record for want of room or because of a fault. They cannot be made up for.`,
    },
    {
      alert: "McpAuditFaults",
      expr: times(METRIC.auditFaults),
      forSeconds: 300,
      severity: "warning",
      summary: `The audit log of ${WHOSE} has faults.`,
      description: `In 15 minutes the audit log of ${WHOSE} had {{ $value | humanize }} faults, such as a disk that is full or a writer that broke. Records may be lost soon.`,
    },
    {
      alert: "McpAuditSlow",
      expr: `max ${by(...PROCESS)} (${METRIC.auditOldestPending}) > ${limit.auditPendingSeconds}`,
      forSeconds: 120,
      severity: "warning",
      summary: `The audit log of ${WHOSE} waits for its disk.`,
      description: `A record of ${WHOSE} has waited {{ $value | humanizeDuration }} for the disk; ${limit.auditPendingSeconds} s are allowed. Answers that wait for their records are late.`,
    },
  ];
}
