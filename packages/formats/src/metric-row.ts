/** `classic`: names operators expect; `semconv`: OpenTelemetry's; `process`: Node's own, from prom-client; `ops`: about mcp-ops itself; `health` and `audit`: figures these parts keep, shown where they are on; `fleet`: about servers watched from outside their process; `guard`: shown where there is a role gate; `follow`: shown by a proxy that follows a role; `journal`: about tokens, the journal and budgets; `cost`: what the sidecar shows of its ledger. */
export type MetricFamily =
  | "classic"
  | "semconv"
  | "process"
  | "ops"
  | "health"
  | "audit"
  | "fleet"
  | "guard"
  | "follow"
  | "journal"
  | "cost"
  | "sidecar";

/** One label of a metric, and what keeps the number of its values small. */
export interface LabelRow {
  readonly name: string;
  /** Every value there can be, when they can be listed. */
  readonly values?: readonly string[];
  /** What bounds the values, in one sentence. */
  readonly bound: string;
  /** The values are names that a server gives its tools, prompts and resources: the first to be folded into `_other` at the series cap. */
  readonly target?: true;
}

/** One metric: what dashboards, alert rules, the exposition and docs/metrics.md say about it comes from here. */
export interface MetricRow {
  readonly name: string;
  readonly family: MetricFamily;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly unit?: "seconds" | "bytes";
  readonly labels: readonly LabelRow[];
  /** Default upper bounds of a histogram, without +Inf. */
  readonly buckets?: readonly number[];
}
