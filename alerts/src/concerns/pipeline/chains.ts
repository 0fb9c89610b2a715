import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../../context.ts";
import type { AlertRule, RecordingRule } from "../../rule.ts";
import { PROCESS, WHOSE } from "./process.ts";

/** Whether the log grows as it should, and is as it was written. */
export function auditChains(context: RuleContext): readonly (AlertRule | RecordingRule)[] {
  const writers = `count ${context.by("instance", "server")} (${METRIC.auditHeadSequence})`;
  return [{ record: WRITERS, expr: writers }, ...ofHeads(context), ...ofReadings(context)];
}

const WRITERS = "server:mcp_audit_head_sequence:count";

function ofHeads({ by, on, over, limit }: RuleContext): readonly AlertRule[] {
  const [window, hour] = [over(900), over(3_600)];
  const calls = `sum ${by("instance", "slot")} (increase(${METRIC.requests}[${window}]))`;
  const head = `max ${by("instance", "server")} (${METRIC.auditHeadSequence})`;
  const highest = `max ${by("instance", "server")} (max_over_time(${METRIC.auditHeadSequence}[${hour}]))`;
  return [
    {
      alert: "McpAuditHeadNotMoving",
      expr: `max ${by(...PROCESS)} (changes(${METRIC.auditHeadSequence}[${window}])) == 0 and ${on("instance", "slot")} (${calls} >= ${limit.auditMinCalls})`,
      forSeconds: 300,
      severity: "critical",
      summary: `Calls of ${WHOSE} are not recorded.`,
      description: `In 15 minutes at least ${limit.auditMinCalls} requests of ${WHOSE} ended, and its audit log has no new record.`,
    },
    {
      // A process that takes over the chain of another one may have a lower number, so this is for servers that run once.
      alert: "McpAuditHeadWentBack",
      expr: `${head} < ${highest} and max_over_time(${WRITERS}[${hour}]) == 1`,
      forSeconds: 60,
      severity: "critical",
      summary: `The audit log of ${WHOSE} has become shorter.`,
      description: `The newest record of ${WHOSE} has the number {{ $value | humanize }}, and there was a higher one within the hour: the end of the log was cut, or it was taken away.`,
    },
  ];
}

function ofReadings({ by, limit }: RuleContext): readonly AlertRule[] {
  const where = "{{ $labels.chain }} on {{ $labels.instance }}";
  return [
    {
      alert: "McpAuditChainBroken",
      expr: `min ${by("instance", "chain")} (${METRIC.auditIntact}) == 0`,
      forSeconds: 60,
      severity: "critical",
      summary: `Somebody has changed the audit chain ${where}.`,
      description: `The sidecar has read the audit chain ${where}, and it is not as it was written: a record was changed, or some are gone. Its status says which.`,
    },
    {
      alert: "McpAuditUnverified",
      expr: `time() - min ${by("instance", "chain")} (${METRIC.auditLastVerified}) > ${limit.auditUnverifiedSeconds}`,
      forSeconds: 900,
      severity: "warning",
      summary: `The audit chain ${where} has not been verified for long.`,
      description: `The sidecar last read the audit chain ${where} to its end {{ $value | humanizeDuration }} ago; ${limit.auditUnverifiedSeconds} s are allowed. Until then a change would not be found.`,
    },
  ];
}
