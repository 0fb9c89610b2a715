import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuditLog, auditLog } from "@mcp-ops/audit";
import { JOURNAL_FOLDER } from "@mcp-ops/formats";
import { guardRole, openRole } from "@mcp-ops/guard";
import { health } from "@mcp-ops/health";
import { type Journal, journal } from "@mcp-ops/journal";
import { metrics } from "@mcp-ops/metrics";
import { type Pipeline, pipeline, tap } from "@mcp-ops/tap";
import { type Tracing, tracing } from "@mcp-ops/tracing";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from "@opentelemetry/core";
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import { openAgent } from "../guard/agent.ts";
import { spanByHand } from "./by-hand.ts";
import type { Wrap } from "./subjects.ts";

/** One way to run a server; `bare` twice gives the noise floor. */
export interface Variant {
  readonly name: string;
  open(): Watching | Promise<Watching>;
}

/** What is around a server, until it is closed. */
interface Watching {
  readonly wrap: Wrap;
  close(): Promise<void>;
}

export const VARIANTS: readonly Variant[] = [
  { name: "bare", open: bare },
  { name: "bare again", open: bare },
  { name: "tap", open: () => watched({}) },
  { name: "metrics", open: () => watched(counting()) },
  { name: "metrics + role", open: metricsAndRole },
  { name: "span by hand", open: byHand },
  { name: "metrics + span", open: metricsAndSpan },
  { name: "all, chained audit", open: () => all() },
  { name: "all + journal", open: () => all(journalOn) },
];

/** What only `cpu.ts` holds the journal against: the noise, and the least that one more observer can cost. */
const FLOORS: readonly Variant[] = [
  { name: "all again", open: () => all() },
  { name: "all + empty observer", open: () => all(() => EMPTY) },
];

export function variantOf(name: string): Variant {
  const found = [...VARIANTS, ...FLOORS].find((variant) => variant.name === name);
  if (found === undefined) throw new Error(`There is no variant "${name}".`);
  return found;
}

/** One more observer than "all" has. */
type More = Pick<Journal, "observer" | "close"> & Partial<Pick<Journal, "stats">>;

const EMPTY: More = {
  observer: async (_exchange, next) => {
    await next();
  },
  close: async () => {},
};

function bare(): Watching {
  return { wrap: (server) => server, close: async () => {} };
}

function watched(parts: Partial<Pipeline>, close: () => Promise<void> = async () => {}): Watching {
  const shared = pipeline(parts);
  return { wrap: (server) => tap(server, shared), close };
}

function counting(): Partial<Pipeline> {
  const { observer, connectionObserver, onFault, onOverflow } = metrics({ processMetrics: false });
  return { observers: [observer], connectionObservers: [connectionObserver], onFault, onOverflow };
}

/** A primary, whose gate asks a real agent in the same process. */
async function metricsAndRole(): Promise<Watching> {
  const agent = await openAgent();
  agent.leads(7n, 3_600_000);
  const role = openRole({ url: agent.url });
  await role.asked;
  const { gate, observer } = guardRole(role);
  const counted = counting();
  const close = async () => {
    await role[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
  };
  return watched(
    { ...counted, observers: [...(counted.observers ?? []), observer], gates: [gate], answersHttp: true },
    close,
  );
}

function byHand(): Watching {
  const { provider, close } = batching();
  const tracer = provider.getTracer("by hand");
  return { wrap: (subject) => spanByHand(subject, tracer), close };
}

function metricsAndSpan(): Watching {
  const { traced, close } = spans();
  const counted = counting();
  return watched({ ...counted, ...inside(traced, counted) }, close);
}

/** A journal that is read, in this folder. */
function journalOn(folder: string): Journal {
  mkdirSync(join(folder, JOURNAL_FOLDER), { mode: 0o700 });
  return journal({ boot: { pid: process.pid, bootId: "0123456789ab" }, folder });
}

function all(more: (folder: string) => More | undefined = () => undefined): Watching {
  const { traced, close: closeSpans } = spans();
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-bench-"));
  const used = more(folder);
  const audit = auditLog({ server: "bench", folder });
  const checked = health();
  checked.start();
  const counted = counting();
  const { observers, connectionObservers, gates } = inside(traced, counted);
  const close = async () => {
    await Promise.all([closeSpans(), audit.close(), checked.close(), used?.close()]);
    rmSync(folder, { recursive: true });
    demandAll(audit, used);
  };
  const parts = {
    ...counted,
    observers: [...observers, audit.observer, ...(used === undefined ? [] : [used.observer])],
    connectionObservers: [...connectionObservers, checked.connectionObserver],
    gates: [...gates, checked.gate],
  };
  return watched(parts, close);
}

/** Every exchange has a span, which is batched and then given to an exporter that takes no time. */
function spans(): { traced: Tracing; close(): Promise<void> } {
  const { provider, close } = batching();
  return { traced: tracing({ tracerProvider: provider, propagator: new W3CTraceContextPropagator() }), close };
}

function batching() {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter: nowhere })] });
  return { provider, close: () => provider.shutdown() };
}

const nowhere: SpanExporter = {
  export: (_spans: ReadableSpan[], exported: (result: ExportResult) => void) =>
    exported({ code: ExportResultCode.SUCCESS }),
  shutdown: async () => {},
};

function inside({ observer, connectionObserver, propagation }: Tracing, parts: Partial<Pipeline>) {
  return {
    observers: [observer, ...(parts.observers ?? [])],
    connectionObservers: [connectionObserver, ...(parts.connectionObservers ?? [])],
    gates: [propagation],
  };
}

/** A log that drops records is fast, and no audit log; a journal neither. */
function demandAll(audit: AuditLog, used: More | undefined): void {
  const { dropped } = audit.stats();
  if (dropped > 0) throw new Error(`${dropped} audit records were dropped: these figures are worth nothing.`);
  const { queue = 0, file = 0 } = used?.stats?.().dropped ?? {};
  if (queue + file > 0)
    throw new Error(`${queue + file} exchanges are not in the journal: these figures are worth nothing.`);
}
