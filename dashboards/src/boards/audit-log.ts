/** Whether everything is written down. */
import { METRIC } from "@mcp-ops/formats";
import { graph } from "../panels/graph.ts";
import type { Placeable } from "../panels/panel.ts";
import { NONE_IS_WELL, stat } from "../panels/stat.ts";
import { max, of, own, ownIncrease, ownRate, sum } from "../queries.ts";

export function auditFaults(): Placeable {
  return stat({
    title: "Faults of audit logs, 1 h",
    description:
      "Writes that failed and the like, kept away from calls: a full disk, a lost right. The log of the server says which.",
    unit: "short",
    decimals: 0,
    expr: sum(ownIncrease(METRIC.auditFaults, "1h")),
    steps: NONE_IS_WELL,
    none: "no audit log",
  });
}

export function oldestPending(): Placeable {
  return stat({
    title: "Oldest record waiting",
    description: "How long the oldest call has waited for its record. On a slow disk it grows.",
    unit: "s",
    expr: max(own(METRIC.auditOldestPending)),
    none: "no audit log",
    trend: true,
  });
}

export function chainsChanged(): Placeable {
  return stat({
    title: "Chains changed by hand",
    description:
      "Audit chains that are not as they were written, as the sidecar read them last. Needs audit.folders in its config.",
    unit: "short",
    expr: sum(`(1 - ${of(METRIC.auditIntact)})`),
    steps: NONE_IS_WELL,
    none: "not verified",
  });
}

export function records(): Placeable {
  return graph({
    title: "Records written",
    description:
      "Calls per second whose record is written. It goes with the requests; a line at nought under traffic means that nothing is written.",
    unit: "cps",
    queries: [
      {
        expr: sum(ownRate(METRIC.auditRecords), "server", "instance"),
        legend: "{{server}} {{instance}}",
      },
    ],
  });
}

export function lost(): Placeable {
  const counted = (metric: string) => sum(ownRate(metric), "server", "instance");
  return graph({
    title: "Lost records and faults",
    description: "Calls per second without a record, and faults of the log. Nought is well.",
    unit: "cps",
    queries: [
      { expr: counted(METRIC.auditDropped), legend: "{{server}} {{instance}} lost" },
      { expr: counted(METRIC.auditFaults), legend: "{{server}} {{instance}} faults" },
    ],
  });
}

export function waiting(): Placeable {
  return graph({
    title: "Records waiting",
    description:
      "Calls whose record waits to be written. What grows and does not fall again is a disk that is too slow.",
    unit: "short",
    queries: [{ expr: sum(own(METRIC.auditPending), "server", "instance"), legend: "{{server}} {{instance}}" }],
  });
}

export function head(): Placeable {
  return graph({
    title: "Head of the chain",
    description:
      "Number of the newest record. It only ever grows; a step down is a chain that was begun anew, or a log that was put back: run mcp-ops audit verify.",
    unit: "short",
    decimals: 0,
    queries: [
      {
        expr: max(own(METRIC.auditHeadSequence), "server", "instance"),
        legend: "{{server}} {{instance}}",
      },
    ],
  });
}

export function observers(): Placeable {
  return graph({
    title: "Not observed",
    description:
      "Exchanges that were not watched because too many were open, samples without room, and faults of observers. Nought is well: then every figure here is exact.",
    unit: "cps",
    queries: [
      { expr: sum(ownRate(METRIC.unobserved)), legend: "not watched" },
      { expr: sum(ownRate(METRIC.seriesDropped)), legend: "no room" },
      { expr: sum(ownRate(METRIC.observerFaults)), legend: "faults" },
      { expr: sum(ownRate(METRIC.scrapeErrors)), legend: "scrapes" },
    ],
  });
}
