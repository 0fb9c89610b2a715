import type { LabelRow, MetricRow } from "./metric-row.ts";

const NODE_KINDS = "kinds Node knows";

/** Node's default metrics as prom-client 15 gives them on Linux; elsewhere some are absent. */
export const PROCESS_METRICS: readonly MetricRow[] = [
  row("counter", "process_cpu_user_seconds_total", "User CPU time spent."),
  row("counter", "process_cpu_system_seconds_total", "System CPU time spent."),
  row("counter", "process_cpu_seconds_total", "User and system CPU time spent."),
  row("gauge", "process_start_time_seconds", "Start of the process since the Unix epoch."),
  row("gauge", "process_resident_memory_bytes", "Resident memory."),
  row("gauge", "process_virtual_memory_bytes", "Virtual memory."),
  row("gauge", "process_heap_bytes", "Heap of the process."),
  row("gauge", "process_open_fds", "Open file descriptors."),
  row("gauge", "process_max_fds", "File descriptors that may be open."),
  row("gauge", "nodejs_eventloop_lag_seconds", "Lag of the event loop, measured at the scrape before."),
  row("gauge", "nodejs_eventloop_lag_min_seconds", "Smallest event loop delay since the scrape before."),
  row("gauge", "nodejs_eventloop_lag_max_seconds", "Largest event loop delay since the scrape before."),
  row("gauge", "nodejs_eventloop_lag_mean_seconds", "Mean event loop delay since the scrape before."),
  row(
    "gauge",
    "nodejs_eventloop_lag_stddev_seconds",
    "Standard deviation of event loop delays since the scrape before.",
  ),
  row("gauge", "nodejs_eventloop_lag_p50_seconds", "Median event loop delay since the scrape before."),
  row("gauge", "nodejs_eventloop_lag_p90_seconds", "90th percentile of event loop delays since the scrape before."),
  row("gauge", "nodejs_eventloop_lag_p99_seconds", "99th percentile of event loop delays since the scrape before."),
  row("gauge", "nodejs_active_resources", "Resources that keep the event loop alive.", "type"),
  row("gauge", "nodejs_active_resources_total", "Resources that keep the event loop alive, all kinds together."),
  row("gauge", "nodejs_active_handles", "Open libuv handles.", "type"),
  row("gauge", "nodejs_active_handles_total", "Open libuv handles, all kinds together."),
  row("gauge", "nodejs_active_requests", "Active libuv requests.", "type"),
  row("gauge", "nodejs_active_requests_total", "Active libuv requests, all kinds together."),
  row("gauge", "nodejs_heap_size_total_bytes", "V8 heap, allocated."),
  row("gauge", "nodejs_heap_size_used_bytes", "V8 heap, used."),
  row("gauge", "nodejs_external_memory_bytes", "Memory of objects bound to JavaScript objects."),
  row("gauge", "nodejs_heap_space_size_total_bytes", "V8 heap space, allocated.", "space"),
  row("gauge", "nodejs_heap_space_size_used_bytes", "V8 heap space, used.", "space"),
  row("gauge", "nodejs_heap_space_size_available_bytes", "V8 heap space, available.", "space"),
  row("gauge", "nodejs_version_info", "Version of Node.", "version", "major", "minor", "patch"),
  {
    ...row("histogram", "nodejs_gc_duration_seconds", "Garbage collections.", "kind"),
    buckets: [0.001, 0.01, 0.1, 1, 2, 5],
  },
];

/** The name itself, when our pages show it: prom-client's names have no words in `METRIC`, and a typing error must not silence an alert or empty a panel. */
export function processMetric(name: `process_${string}` | `nodejs_${string}`): string {
  if (PROCESS_METRICS.some((metric) => metric.name === name)) return name;
  throw new TypeError(`No process shows ${name}. Take a name from docs/metrics.md.`);
}

function row(type: MetricRow["type"], name: string, help: string, ...labels: string[]): MetricRow {
  return { name, family: "process", type, help, ...unitOf(name), labels: labels.map(label) };
}

function label(name: string): LabelRow {
  return { name, bound: NODE_KINDS };
}

function unitOf(name: string): { readonly unit?: "seconds" | "bytes" } {
  const unit = /_(seconds|bytes)(?:_total)?$/.exec(name)?.[1];
  return unit === "seconds" || unit === "bytes" ? { unit } : {};
}
