import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../../context.ts";
import type { AlertRule } from "../../rule.ts";

/** Does what keeps the lease answer? */
export function store(context: RuleContext): readonly AlertRule[] {
  return [storeSilent(context), renewalsFailing(context), arbiterFailing(context)];
}

/** By the time of the scrape, so that it does not matter how often there is one; a store that never answered has shown no time. */
function storeSilent({ by, on, limit }: RuleContext): AlertRule {
  const node = by("group", "node");
  const seen = METRIC.failoverStoreLastSeen;
  return {
    alert: "McpFailoverStoreSilent",
    expr: [
      `max ${node} (timestamp(${seen}) - ${seen}) > ${limit.failoverStoreSilentSeconds}`,
      `or max ${node} (${METRIC.failoverIsLeader}) unless ${on("group", "node")} max ${node} (${seen})`,
    ].join("\n"),
    forSeconds: 60,
    severity: "warning",
    summary: "The store of the lease of {{ $labels.group }} does not answer {{ $labels.node }}.",
    description: `{{ $labels.node }} has had no answer from the store of its lease for more than ${limit.failoverStoreSilentSeconds} s. Who leads stops when the lease is over, and nobody can take it.`,
  };
}

function renewalsFailing({ by, over, limit }: RuleContext): AlertRule {
  return {
    alert: "McpFailoverRenewalsFailing",
    expr: `sum ${by("group", "node")} (increase(${METRIC.failoverRenewFailures}[${over(900)}])) >= ${limit.failoverRenewFailures}`,
    forSeconds: 60,
    severity: "warning",
    summary: "Renewals of the lease of {{ $labels.group }} fail on {{ $labels.node }}.",
    description: `{{ $value | printf "%.0f" }} renewals of {{ $labels.node }} failed in 15 minutes; from ${limit.failoverRenewFailures} on the lead hangs by a thread. A few in a row, and it goes to another node.`,
  };
}

function arbiterFailing({ by, over }: RuleContext): AlertRule {
  return {
    alert: "McpFailoverArbiterFailing",
    expr: `sum ${by("instance")} (increase(${METRIC.arbiterAnswers}{answer="failed"}[${over(900)}])) > 0`,
    forSeconds: 60,
    severity: "warning",
    summary: "The arbiter at {{ $labels.instance }} cannot write its ledger.",
    description:
      'Answers that the arbiter at {{ $labels.instance }} could not give in 15 minutes, because its ledger was not written: {{ $value | printf "%.0f" }}. Who leads goes on; nobody else can take the lead.',
  };
}
