import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../context.ts";
import type { RuleGroup } from "../rule.ts";

const WHERE = "on {{ $labels.instance }}";

/** Does the daemon do its duties? Whether it is there at all is for the alerts on absent targets. */
export function sidecar(context: RuleContext): RuleGroup {
  const { by, limit } = context;
  const refusals = context.events(`${METRIC.adminRefusals}{reason=~"token|rate"}`, 900);
  return {
    name: "mcp-sidecar",
    rules: [
      {
        alert: "McpSidecarDutyDown",
        expr: `min ${by("instance", "duty")} (${METRIC.dutyUp}) == 0`,
        forSeconds: 300,
        severity: "warning",
        summary: `The duty {{ $labels.duty }} of the sidecar ${WHERE} is down.`,
        description: `For five minutes the duty {{ $labels.duty }} of the sidecar ${WHERE} has not run, or has had something that somebody should see to. Its status says what.`,
      },
      {
        alert: "McpSidecarConfigRefused",
        expr: `min ${by("instance")} (${METRIC.configValid}) == 0`,
        forSeconds: 60,
        severity: "warning",
        summary: `The sidecar ${WHERE} does not run on its config.`,
        description: `The config of the sidecar ${WHERE} was read again and refused. It goes on with the old one; at its next start it would not come up.`,
      },
      {
        alert: "McpSidecarStateSetAside",
        expr: `max ${by("instance")} (${METRIC.stateSetAside}) > 0`,
        forSeconds: 60,
        severity: "warning",
        summary: `The sidecar ${WHERE} has set damaged state aside.`,
        description: `{{ $value }} damaged files of the sidecar ${WHERE} were set aside, and it began with empty ones. What it remembered is in them alone.`,
      },
      {
        alert: "McpSidecarAdminRefusals",
        expr: `sum ${by("instance")} ${refusals} > ${limit.adminRefusals}`,
        forSeconds: 60,
        severity: "warning",
        summary: `Somebody shows wrong tokens to the sidecar ${WHERE}.`,
        description: `In 15 minutes the admin listener of the sidecar ${WHERE} refused {{ $value | humanize }} requests for their token; ${limit.adminRefusals} are allowed. Somebody tries tokens, or a script has an old one.`,
      },
      {
        alert: "McpSidecarFleetDropped",
        expr: `sum ${by("instance", "reason")} ${context.events(METRIC.fleetDropped, 900)} > 0`,
        forSeconds: 300,
        severity: "warning",
        summary: `The page of the sidecar ${WHERE} lacks {{ $labels.reason }}.`,
        description: `In 15 minutes {{ $value | humanize }} servers or series were kept off the page of the sidecar ${WHERE} ({{ $labels.reason }}). Alerts on them are blind.`,
      },
    ],
  };
}
