export type Severity = "critical" | "warning" | "info";

/** An alert as Prometheus knows it; seconds instead of its spelling of durations. */
export interface AlertRule {
  /** CamelCase, component first: `McpServerHighErrorRate`. It names the runbook, too. */
  readonly alert: string;
  /** PromQL that gives a series for each thing that is ill. */
  readonly expr: string;
  /** So long it has to be ill before anybody is told. */
  readonly forSeconds: number;
  /** `critical`: somebody gets up; `warning`: in working hours; `info`: good to know beside another one. */
  readonly severity: Severity;
  /** More labels, to tell rules of one name apart. */
  readonly labels?: Readonly<Record<string, string>>;
  /** One line, with the labels of what is ill. */
  readonly summary: string;
  /** What was seen, with the value, and what it is held against. */
  readonly description: string;
}

/** A series that is worked out once for several alerts and panels. */
export interface RecordingRule {
  /** `level:metric:operation`, as Prometheus' practice has it. */
  readonly record: string;
  readonly expr: string;
}

export interface RuleGroup {
  /** `mcp-` and the concern, which also names the file. */
  readonly name: string;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

export function isAlert(rule: RecordingRule | AlertRule): rule is AlertRule {
  return "alert" in rule;
}
