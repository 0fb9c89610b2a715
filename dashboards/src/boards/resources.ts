/** What processes take: of servers, and of the sidecars. */
import { METRIC, processMetric } from "@mcp-ops/formats";
import { graph } from "../panels/graph.ts";
import type { Placeable } from "../panels/panel.ts";
import { stat } from "../panels/stat.ts";
import { max, of, own, ownRate, part, quantile, RATE_INTERVAL, SERVER, sum } from "../queries.ts";

const PROCESS = ["server", "instance"];
const LEGEND = "{{server}} {{instance}}";
const CPU = processMetric("process_cpu_seconds_total");
const MEMORY = processMetric("process_resident_memory_bytes");
const LAG = processMetric("nodejs_eventloop_lag_p99_seconds");
const NEEDS = "Of every process of these jobs; mcp-ops-sidecar is the sidecar itself.";

export function lagNow(): Placeable {
  return stat({
    title: "Event loop lag, worst",
    description:
      "99 of 100 turns of the event loop of the worst process were quicker. While it lags, nothing is answered: a tool computes too long.",
    unit: "s",
    expr: max(own(LAG)),
    trend: true,
    none: "no processes",
  });
}

export function cpu(): Placeable {
  return graph({
    title: "CPU",
    description: `Cores in use: 1 is one core all the time. ${NEEDS}`,
    unit: "short",
    decimals: 2,
    queries: [{ expr: sum(ownRate(CPU), ...PROCESS), legend: LEGEND }],
  });
}

export function memory(): Placeable {
  return graph({
    title: "Memory",
    description: `Resident memory. What only ever grows is a leak, or a cache without a limit. ${NEEDS}`,
    unit: "bytes",
    queries: [{ expr: sum(own(MEMORY), ...PROCESS), legend: LEGEND }],
  });
}

export function heap(): Placeable {
  return graph({
    title: "Memory of servers by kind",
    description:
      "Heap in use, heap in all, outside of the heap, resident: all servers that are chosen together. Servers of one process share its memory.",
    unit: "bytes",
    queries: [{ expr: sum(own(METRIC.memory), "kind"), legend: "{{kind}}" }],
  });
}

export function lag(): Placeable {
  return graph({
    title: "Event loop lag",
    description: `99 of 100 turns were quicker. ${NEEDS}`,
    unit: "s",
    queries: [{ expr: max(own(LAG), ...PROCESS), legend: LEGEND }],
  });
}

export function collections(): Placeable {
  const spent = ownRate(part(processMetric("nodejs_gc_duration_seconds"), "sum"));
  return graph({
    title: "Time in garbage collection",
    description: `Share of the time. Above some per cent the heap is too small for what it holds. ${NEEDS}`,
    unit: "percentunit",
    queries: [{ expr: sum(spent, ...PROCESS), legend: LEGEND }],
  });
}

export function descriptors(): Placeable {
  const [open, most] = [processMetric("process_open_fds"), processMetric("process_max_fds")].map((metric) =>
    sum(own(metric), ...PROCESS),
  );
  return graph({
    title: "Open files, of what is allowed",
    description: `At 1 no connection can be opened any more. ${NEEDS}`,
    unit: "percentunit",
    queries: [{ expr: `${open} / ${most}`, legend: LEGEND }],
  });
}

export function sizes(): Placeable {
  const at = (metric: string) => quantile(0.95, of(part(metric, "bucket"), SERVER), RATE_INTERVAL, "server");
  return graph({
    title: "Sizes of requests and answers, p95",
    description: "95 of 100 were smaller, as JSON before any compression.",
    unit: "bytes",
    queries: [
      { expr: at(METRIC.requestSize), legend: "{{server}} asked" },
      { expr: at(METRIC.responseSize), legend: "{{server}} answered" },
    ],
  });
}
