import { AUDIT_METRIC, AUDIT_METRICS } from "./audit-metrics.ts";
import { BACKUP_METRIC, BACKUP_METRICS } from "./backup-metrics.ts";
import { COST_METRIC, COST_METRICS } from "./cost-metrics.ts";
import { FAILOVER_METRIC, FAILOVER_METRICS } from "./failover-metrics.ts";
import { FOLLOW_METRIC, FOLLOW_METRICS } from "./follow-metrics.ts";
import { GUARD_METRIC, GUARD_METRICS } from "./guard-metrics.ts";
import { JOURNAL_METRIC, JOURNAL_METRICS } from "./journal-metrics.ts";
import {
  ERROR_TYPE,
  METHOD,
  PROTOCOL,
  REVISION,
  RPC_CODE,
  SEMCONV_METHOD,
  SERVER,
  STATUS,
  TARGET,
  TRANSPORT,
} from "./metric-labels.ts";
import type { LabelRow, MetricFamily, MetricRow } from "./metric-row.ts";
import type { Category } from "./outcomes.ts";
import { PROCESS_METRICS } from "./process-metrics.ts";
import { SIDECAR_METRIC, SIDECAR_METRICS } from "./sidecar-metrics.ts";
import { SLO_METRIC, SLO_METRICS } from "./slo-metrics.ts";

const SERVER_METRIC = {
  requests: "mcp_requests_total",
  requestDuration: "mcp_request_duration_seconds",
  errors: "mcp_errors_total",
  inFlight: "mcp_requests_in_flight",
  connections: "mcp_active_connections",
  requestSize: "mcp_request_size_bytes",
  responseSize: "mcp_response_size_bytes",
  notifications: "mcp_notifications_total",
  serverRequests: "mcp_server_requests_total",
  memory: "mcp_server_memory_bytes",
  protocolVersion: "mcp_protocol_version_info",
  serverOperation: "mcp_server_operation_duration_seconds",
  clientOperation: "mcp_client_operation_duration_seconds",
  serverSession: "mcp_server_session_duration_seconds",
  seriesDropped: "mcp_ops_series_dropped_total",
  observerFaults: "mcp_ops_observer_faults_total",
  unobserved: "mcp_ops_exchanges_unobserved_total",
  scrapeErrors: "mcp_ops_scrape_errors_total",
  healthStatus: "mcp_health_status",
  serverUp: "mcp_server_up",
  initializeFailures: "mcp_server_initialize_failures_total",
  toolListChanges: "mcp_tool_list_changes_total",
  serverRestarts: "mcp_server_restarts_total",
  passedLines: "mcp_ops_passed_lines_total",
  oversizeMessages: "mcp_ops_oversize_messages_total",
} as const;

/** The names of our own metrics, by the words the code uses for them. */
export const METRIC: typeof SERVER_METRIC &
  typeof AUDIT_METRIC &
  typeof SIDECAR_METRIC &
  typeof BACKUP_METRIC &
  typeof FAILOVER_METRIC &
  typeof GUARD_METRIC &
  typeof FOLLOW_METRIC &
  typeof SLO_METRIC &
  typeof JOURNAL_METRIC &
  typeof COST_METRIC = {
  ...SERVER_METRIC,
  ...AUDIT_METRIC,
  ...SIDECAR_METRIC,
  ...BACKUP_METRIC,
  ...FAILOVER_METRIC,
  ...GUARD_METRIC,
  ...FOLLOW_METRIC,
  ...SLO_METRIC,
  ...JOURNAL_METRIC,
  ...COST_METRIC,
};

// From prom-client's defaults down to a millisecond, because tools in memory are that fast, and up to five minutes, because agents wait that long.
const DURATION_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
// Prescribed by the convention (semantic-conventions-genai, docs/gen-ai/mcp.md).
const SEMCONV_BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
// 256 B to 16 MiB in steps of four: a message that weighs on a model's context starts at some 16 KiB.
const SIZE_BUCKETS = [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216];

const CATEGORIES: readonly Category[] = ["client", "server", "external"];

const CLASSIC: readonly MetricRow[] = [
  counter("requests", "Requests that ended, by how they ended.", SERVER, METHOD, TARGET, STATUS),
  seconds("requestDuration", "classic", DURATION_BUCKETS, "Time from a request's arrival to its end.", [
    SERVER,
    METHOD,
    TARGET,
  ]),
  counter(
    "errors",
    "Requests that ended other than well.",
    SERVER,
    METHOD,
    TARGET,
    { name: "type", bound: "the status, or for status `error` the JSON-RPC code or `http_` and the HTTP status" },
    { name: "category", values: CATEGORIES, bound: "whose fault: the asker's, the server's, or something between" },
  ),
  gauge("inFlight", "Requests being worked on now.", SERVER, METHOD),
  gauge("connections", "Connections open now.", SERVER, {
    name: "kind",
    values: ["session", "stdio", "stream", "memory"],
    bound: "kinds of connection",
  }),
  bytes("requestSize", "Size of requests as JSON.", SERVER, METHOD),
  bytes("responseSize", "Size of answers as JSON.", SERVER, METHOD, TARGET),
  counter("notifications", "Notifications, sent or received.", SERVER, METHOD, {
    name: "direction",
    values: ["inbound", "outbound"],
    bound: "to or from the server",
  }),
  counter("serverRequests", "Requests from the server to its client that ended.", SERVER, METHOD, STATUS),
  {
    ...gauge("memory", "Memory of the process, which all its servers share.", {
      name: "kind",
      values: ["rss", "heap_used", "heap_total", "external"],
      bound: "kinds of memory",
    }),
    unit: "bytes",
  },
  gauge(
    "protocolVersion",
    "1 for each protocol revision seen.",
    SERVER,
    { ...REVISION, name: "version" },
    { name: "era", values: ["legacy", "modern"], bound: "`modern` from 2026-07-28 on; empty when not known" },
  ),
];

const SEMCONV: readonly MetricRow[] = [
  seconds("serverOperation", "semconv", SEMCONV_BUCKETS, "Requests and notifications received: time to their end.", [
    SERVER,
    SEMCONV_METHOD,
    ERROR_TYPE,
    { ...TARGET, name: "gen_ai_tool_name", bound: "tools the server is known to have, else `_other`; unset otherwise" },
    {
      ...TARGET,
      name: "gen_ai_prompt_name",
      bound: "prompts the server is known to have, else `_other`; unset otherwise",
    },
    RPC_CODE,
    { name: "gen_ai_operation_name", values: ["execute_tool"], bound: "unset for anything but a tool call" },
    REVISION,
    TRANSPORT,
    PROTOCOL,
  ]),
  seconds("clientOperation", "semconv", SEMCONV_BUCKETS, "Requests and notifications sent: time to their end.", [
    SERVER,
    SEMCONV_METHOD,
    ERROR_TYPE,
    RPC_CODE,
    REVISION,
    TRANSPORT,
    PROTOCOL,
  ]),
  seconds("serverSession", "semconv", SEMCONV_BUCKETS, "How long sessions lasted (revisions before 2026-07-28).", [
    SERVER,
    { name: "error_type", values: ["lost"], bound: "set when the carrier failed" },
    REVISION,
    TRANSPORT,
    PROTOCOL,
  ]),
];

const METRIC_NAME: LabelRow = { name: "metric", bound: "names of metrics in the registry" };

const OPS: readonly MetricRow[] = [
  ops(
    "seriesDropped",
    "Samples that found no room for a series of their own and were counted under _other.",
    METRIC_NAME,
  ),
  ops(
    "observerFaults",
    "Faults of observers and gates, kept away from the requests they watched.",
    { name: "source", bound: "names of observers and gates" },
    { name: "kind", bound: "kinds of fault" },
  ),
  ops("unobserved", "Exchanges not observed because too many were open."),
  ops("scrapeErrors", "Metrics left out of a scrape because collecting them failed.", METRIC_NAME),
];

const HEALTH: readonly MetricRow[] = [
  {
    ...gauge("healthStatus", "1 up or healthy, 0.5 degraded, 0 down or unhealthy.", {
      name: "check",
      bound: "names of the health checks, and `overall`",
    }),
    family: "health",
  },
];

const FROM: LabelRow = { name: "from", values: ["client", "server"], bound: "who sent it" };

const FLEET: readonly MetricRow[] = [
  { ...gauge("serverUp", "1 while the server runs or answers, 0 while it does not.", SERVER), family: "fleet" },
  fleet("initializeFailures", "Handshakes that the server refused or did not answer.", SERVER),
  fleet("toolListChanges", "Listings of tools that differ from the one before.", SERVER),
  fleet("serverRestarts", "Times the server was started again after it had ended.", SERVER),
  fleet("passedLines", "Lines that are no JSON-RPC message, passed on unchanged.", SERVER, FROM),
  fleet("oversizeMessages", "Messages above the limit, answered with an error instead of passed on.", SERVER, FROM),
];

/** Every metric an mcp-ops process can show. */
export const METRIC_TABLE: readonly MetricRow[] = [
  ...CLASSIC,
  ...SEMCONV,
  ...OPS,
  ...HEALTH,
  ...AUDIT_METRICS,
  ...FLEET,
  ...GUARD_METRICS,
  ...FOLLOW_METRICS,
  ...JOURNAL_METRICS,
  ...COST_METRICS,
  ...SIDECAR_METRICS,
  ...BACKUP_METRICS,
  ...FAILOVER_METRICS,
  ...SLO_METRICS,
  ...PROCESS_METRICS,
];

type Word = keyof typeof METRIC;

function counter(word: Word, help: string, ...labels: LabelRow[]): MetricRow {
  return { name: METRIC[word], family: "classic", type: "counter", help, labels };
}

function gauge(word: Word, help: string, ...labels: LabelRow[]): MetricRow {
  return { name: METRIC[word], family: "classic", type: "gauge", help, labels };
}

function bytes(word: Word, help: string, ...labels: LabelRow[]): MetricRow {
  const row = { name: METRIC[word], family: "classic", type: "histogram", help, unit: "bytes", labels } as const;
  return { ...row, buckets: SIZE_BUCKETS };
}

function seconds(
  word: Word,
  family: MetricFamily,
  buckets: readonly number[],
  help: string,
  labels: readonly LabelRow[],
): MetricRow {
  return { name: METRIC[word], family, type: "histogram", help, unit: "seconds", labels, buckets };
}

function ops(word: Word, help: string, ...labels: LabelRow[]): MetricRow {
  return { name: METRIC[word], family: "ops", type: "counter", help, labels };
}

function fleet(word: Word, help: string, ...labels: LabelRow[]): MetricRow {
  return { name: METRIC[word], family: "fleet", type: "counter", help, labels };
}
