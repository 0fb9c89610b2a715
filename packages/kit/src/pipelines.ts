import type { Gate, Observer, OnFault } from "@mcp-ops/exchange";
import { tokenFromFront } from "@mcp-ops/guard";
import type { Metrics } from "@mcp-ops/metrics";
import { type Pipeline, pipeline } from "@mcp-ops/tap";
import { alike } from "./alike.ts";
import { defaultMetrics, metricsFrom } from "./default-metrics.ts";
import { auditFrom } from "./parts/audit-part.ts";
import { budgetFrom } from "./parts/budget-part.ts";
import { showAudit, showBudget, showHealth, showJournal, showRole } from "./parts/figures.ts";
import { healthFrom } from "./parts/health-part.ts";
import { journalFrom } from "./parts/journal-part.ts";
import { reportsFrom } from "./parts/reports-part.ts";
import { roleFrom } from "./parts/role-part.ts";
import { tracingFrom } from "./parts/tracing-part.ts";
import { checkWatchOptions, type WatchOptions } from "./watch-options.ts";

const NO_OPTIONS: WatchOptions = Object.freeze({});

/** Options written inline are a new object at each call; this many different ones are recognised by what they hold. */
const MAX_RECENT = 16;

const byOptions = new WeakMap<WatchOptions, Pipeline>();
const recent: { readonly options: WatchOptions; readonly pipeline: Pipeline }[] = [];

/**
 * The pipeline for these options: the same one for the same options, because SDK v2 makes a server per HTTP request, and what
 * is remembered about a server hangs on its pipeline.
 */
export function pipelineFor(options: WatchOptions = NO_OPTIONS): Pipeline {
  let found = byOptions.get(options);
  if (found !== undefined) return found;
  checkWatchOptions(options);
  found = recent.find((known) => alike(known.options, options))?.pipeline;
  if (found === undefined) {
    found = build(options);
    recent.unshift({ options: { ...options }, pipeline: found });
    recent.length = Math.min(recent.length, MAX_RECENT);
  }
  byOptions.set(options, found);
  return found;
}

/**
 * Tracing stands outermost, because everything else runs inside its span and reads its trace. The health and cost resources are there on a
 * standby, too. The audit log's gate is asked last: a required log records what it lets pass, and nothing may refuse that any more.
 */
function build(options: WatchOptions): Pipeline {
  const { server, maxOpenExchanges, learnTargets, onFault, log } = options;
  const tracing = tracingFrom(options.tracing);
  const metrics = metricsOf(options.metrics);
  const audit = auditFrom(options.audit, server);
  const health = healthFrom(options.health, audit);
  const role = roleFrom(options.role);
  const journal = journalFrom(options.journal);
  const reports = reportsFrom(options.cost, journal);
  const budget = budgetFrom(options.budget);
  const isInFront = options.role === "in-front";
  if (metrics !== undefined && health !== undefined) showHealth(metrics);
  if (metrics !== undefined && audit !== undefined) showAudit(metrics);
  if (metrics !== undefined && role !== undefined) showRole(metrics);
  if (metrics !== undefined && journal !== undefined) showJournal(metrics);
  if (metrics !== undefined && budget !== undefined) showBudget(metrics);
  const observers: readonly (Observer | undefined)[] = [
    tracing?.observer,
    metrics?.observer,
    audit?.observer,
    journal?.observer,
    log?.observer,
    isInFront ? tokenFromFront : role?.observer,
    ...(options.observers ?? []),
  ];
  const gates: readonly (Gate | undefined)[] = [
    tracing?.propagation,
    health?.health.gate,
    reports?.gate,
    role?.gate,
    budget?.gate,
    ...(options.gates ?? []),
    audit?.gate,
  ];
  const connectionObservers = [tracing, metrics, health?.health].map((part) => part?.connectionObserver);
  return pipeline({
    ...(maxOpenExchanges !== undefined && { maxOpenExchanges }),
    ...(learnTargets !== undefined && { learnTargets }),
    server,
    observers: present(observers),
    gates: present(gates),
    connectionObservers: present([...connectionObservers, ...(options.connectionObservers ?? [])]),
    onFault: both(metrics?.onFault, onFault),
    onOverflow: metrics?.onOverflow ?? (() => {}),
    ownResources: [...(health?.resources ?? []), ...(reports?.resources ?? [])],
    answersHttp: role !== undefined || budget !== undefined || (options.gates ?? []).length > 0,
    trustsFencing: isInFront,
  });
}

function metricsOf(option: WatchOptions["metrics"]): Metrics | undefined {
  if (option === false) return undefined;
  if (option === undefined) return defaultMetrics();
  return "observer" in option ? option : metricsFrom(option);
}

function present<T>(parts: readonly (T | undefined)[]): readonly T[] {
  return parts.filter((part) => part !== undefined);
}

/** Each is told even when the other throws. */
function both(first: OnFault = () => {}, second: OnFault = () => {}): OnFault {
  return (fault) => {
    try {
      first(fault);
    } finally {
      second(fault);
    }
  };
}
