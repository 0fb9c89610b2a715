import type { AuditLog, RequestLog } from "@mcp-ops/audit";
import type { ConnectionObserver, Gate, Observer, OnFault } from "@mcp-ops/exchange";
import type { BudgetGuard } from "@mcp-ops/guard";
import type { Health, HealthOptions } from "@mcp-ops/health";
import type { Journal, ReportOptions } from "@mcp-ops/journal";
import type { Metrics, MetricsOptions } from "@mcp-ops/metrics";
import type { Tracing, TracingOptions } from "@mcp-ops/tracing";
import {
  aFunction,
  atLeastOne,
  checkOptions,
  type Expected,
  functions,
  isObject,
  text,
  yesOrNo,
} from "./check-options.ts";
import type { WatchAuditOptions } from "./parts/audit-part.ts";
import type { WatchBudgetOptions } from "./parts/budget-part.ts";
import type { WatchJournalOptions } from "./parts/journal-part.ts";
import {
  AUDIT_OPTIONS,
  BUDGET_OPTIONS,
  COST_OPTIONS,
  HEALTH_OPTIONS,
  JOURNAL_OPTIONS,
  ROLE_OPTIONS,
  TRACING_OPTIONS,
} from "./parts/part-options.ts";
import type { RoleOption } from "./parts/role-part.ts";

/** What `watch` may be told. Everything has a default, and an object given twice is read once. */
export interface WatchOptions {
  /** Name of the server in every signal. Default: the name it gives itself. */
  readonly server?: string | undefined;
  /** `false` for none, options to shape it, or what `tracing()` returned. Default: on, and without effect while no OpenTelemetry SDK runs. */
  readonly tracing?: false | TracingOptions | Tracing | undefined;
  /** `false` for none, options to shape them, or what `metrics()` returned. Default: on, in the registry all servers of the process share. */
  readonly metrics?: false | MetricsOptions | Metrics | undefined;
  /** Options of an audit log, or what `auditLog()` returned. Default: none, because it writes files. */
  readonly audit?: false | WatchAuditOptions | AuditLog | undefined;
  /** `false` for none, options to shape it, or what `health()` returned (and who made it starts it). Default: on, without checks, with the resource `health://status`. */
  readonly health?: false | HealthOptions | Health | undefined;
  /** Where the role of this node is asked for, what `guardRole()` returned, or `"in-front"` where a proxy or wrap of ours has the gate. Default: none, every call passes. */
  readonly role?: RoleOption | undefined;
  /** `false` for none, options to shape it, or what `journal()` returned. Default: on; tokens are counted, and files are written where a sidecar reads them. */
  readonly journal?: false | WatchJournalOptions | Journal | undefined;
  /** Whether clients find the resources `cost://…` and `slo://report`, and what they tell. Default: once the process has a runtime folder (`announce()`), for clients over a pipe and such as are authenticated. */
  readonly cost?: boolean | ReportOptions | undefined;
  /** Refuses calls of tools over a hard cap, by what the sidecar says; options, or what `guardBudget()` returned. Default: none, every call passes. */
  readonly budget?: false | WatchBudgetOptions | BudgetGuard | undefined;
  /** What `requestLog()` returned: code inside an exchange then finds its logger. Default: none. */
  readonly log?: RequestLog | undefined;
  /** Watch exchanges, outermost first; tracing, metrics, audit and log stand outside of them. */
  readonly observers?: readonly Observer[] | undefined;
  /** Asked in order; the first that answers wins. Those of tracing, health and role are asked before, that of the audit log after. */
  readonly gates?: readonly Gate[] | undefined;
  readonly connectionObservers?: readonly ConnectionObserver[] | undefined;
  /** Told of every observer or gate that misbehaves. The metrics count them too. */
  readonly onFault?: OnFault | undefined;
  /** Exchanges observed at once; beyond it servers still answer, unobserved, and a counter tells. Default: 10 000. */
  readonly maxOpenExchanges?: number | undefined;
  /** Ask a server for its lists once where they cannot be read in process. Default: true. */
  readonly learnTargets?: boolean | undefined;
}

const OPTIONS: Readonly<Record<keyof WatchOptions, Expected>> = {
  server: text,
  tracing: offOr("tracing()"),
  metrics: offOr("metrics()"),
  audit: offOr("auditLog()"),
  health: offOr("health()"),
  role: {
    fits: (value) => value === "in-front" || isObject(value),
    words: 'options such as { url }, what guardRole() returned, or "in-front"',
  },
  journal: offOr("journal()"),
  cost: { fits: (value) => typeof value === "boolean" || isObject(value), words: "true, false or options" },
  budget: offOr("guardBudget()"),
  log: {
    fits: (value) => isObject(value) && typeof value.observer === "function",
    words: "what requestLog() returned",
  },
  observers: functions,
  gates: functions,
  connectionObservers: functions,
  onFault: aFunction,
  maxOpenExchanges: atLeastOne,
  learnTargets: yesOrNo,
};

/** Throws an OpsError that tells the fix when something is wrong with the options. */
export function checkWatchOptions(options: WatchOptions): void {
  checkOptions("watch()", options, OPTIONS);
  const { tracing, audit, health, role, journal, cost, budget } = options;
  if (areOptions(tracing, "observer")) checkOptions("watch({ tracing })", tracing, TRACING_OPTIONS);
  if (areOptions(audit, "observer")) checkOptions("watch({ audit })", audit, AUDIT_OPTIONS);
  if (areOptions(health, "gate")) checkOptions("watch({ health })", health, HEALTH_OPTIONS);
  if (areOptions(journal, "observer")) checkOptions("watch({ journal })", journal, JOURNAL_OPTIONS);
  if (typeof cost === "object") checkOptions("watch({ cost })", cost, COST_OPTIONS);
  if (areOptions(budget, "gate")) checkOptions("watch({ budget })", budget, BUDGET_OPTIONS);
  if (role !== "in-front" && areOptions(role, "gate")) checkOptions("watch({ role })", role, ROLE_OPTIONS);
}

/** Whether these are options, and not the part itself, which has the member `mark`. */
function areOptions(value: object | false | undefined, mark: string): boolean {
  return value !== undefined && value !== false && !(mark in value);
}

function offOr(factory: string): Expected {
  return {
    fits: (value) => value === false || isObject(value),
    words: `false, options for ${factory}, or what ${factory} returned`,
  };
}
