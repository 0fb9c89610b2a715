/** What the overview has first: one figure for each part of mcp-ops, red where somebody has to look. */
import { METRIC } from "@mcp-ops/formats";
import { toBoard } from "../links.ts";
import type { Placeable } from "../panels/panel.ts";
import { NONE_IS_BEST, NONE_IS_WELL, stat } from "../panels/stat.ts";
import { of, own, ownIncrease, SERVER, sum } from "../queries.ts";

export function targetsDown(): Placeable {
  return stat({
    title: "Scrapes that fail",
    description:
      "Targets of these jobs that Prometheus could not scrape: a server or a sidecar is gone, or its address is wrong.",
    unit: "short",
    expr: `sum(1 - ${of("up")})`,
    steps: NONE_IS_WELL,
    none: "no targets",
  });
}

export function serversSilent(): Placeable {
  return stat({
    title: "Servers that do not answer",
    description: "Registered servers that did not answer their sidecar. Needs mcp-ops sidecar with its duty fleet.",
    unit: "short",
    expr: `sum(1 - ${of(METRIC.fleetUp, SERVER)})`,
    steps: NONE_IS_WELL,
    none: "no sidecar",
    links: [toBoard("server", "Servers")],
  });
}

export function checksIll(): Placeable {
  return stat({
    title: "Health checks not well",
    description: "Checks that say degraded or worse. Needs health() in the server, or mcp-ops wrap.",
    unit: "short",
    expr: sum(`${own(METRIC.healthStatus, 'check!="overall"')} < bool 1`),
    steps: NONE_IS_WELL,
    none: "no checks",
    links: [toBoard("server", "Which ones")],
  });
}

export function objectivesMissed(): Placeable {
  return stat({
    title: "Objectives missed",
    description: "Objectives whose error budget is used up. Needs the section slo in the config of the sidecar.",
    unit: "short",
    expr: sum(of(METRIC.sloState, SERVER, 'state="missed"')),
    steps: NONE_IS_WELL,
    none: "none set",
    links: [toBoard("slo", "Objectives")],
  });
}

export function spentToday(): Placeable {
  return stat({
    title: "Spent today",
    description:
      "What the servers cost since midnight in the ledger's time zone. Needs the duty cost of the sidecar and prices.",
    unit: "short",
    decimals: 2,
    expr: sum(of(METRIC.costToday, SERVER), "currency"),
    legend: "{{currency}}",
    isNamed: true,
    none: "no prices",
    links: [toBoard("resourcesAndCost", "Cost and budgets")],
  });
}

export function groupsLed(): Placeable {
  return stat({
    title: "Groups without one primary",
    description:
      "Failover groups in which no node leads, or more than one says so. Needs the section failover in the config of the sidecars.",
    unit: "short",
    expr: sum(`${sum(of(METRIC.failoverIsLeader), "group")} != bool 1`),
    steps: NONE_IS_WELL,
    none: "no groups",
    links: [toBoard("failover", "Failover")],
  });
}

export function backupAlarms(): Placeable {
  return stat({
    title: "Alarms of backups",
    description:
      "Watched configs that are gone, broken, or lost a server. Needs the section backup in the config of the sidecar.",
    unit: "short",
    expr: sum(of(METRIC.backupConfigAlarms)),
    steps: NONE_IS_WELL,
    none: "no backups",
    links: [toBoard("backups", "Backups")],
  });
}

export function recordsLost(): Placeable {
  return stat({
    title: "Audit records lost, 1 h",
    description:
      "Calls of the last hour that have no record in the audit log. Needs auditLog() in the server, or --audit with mcp-ops wrap.",
    unit: "short",
    decimals: 0,
    expr: sum(ownIncrease(METRIC.auditDropped, "1h")),
    steps: NONE_IS_WELL,
    none: "no audit log",
    links: [toBoard("clientsAndAudit", "Audit log")],
  });
}

export function dutiesDown(): Placeable {
  return stat({
    title: "Duties not content",
    description:
      "Duties of sidecars that do not run or report a failure: mcp-ops sidecar says which and why at /api/v1/status.",
    unit: "short",
    expr: `sum(1 - ${of(METRIC.dutyUp)})`,
    steps: NONE_IS_BEST,
    none: "no sidecar",
  });
}
