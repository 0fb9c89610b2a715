/**
 * What tracing one exchange costs: `node packages/tracing/src/tracing.bench.ts`.
 * Rounds of each subject alternate in one process; shown is the median per exchange.
 */
import { type Exchange, Onion, type Outcome } from "@mcp-ops/exchange";
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { exchange, outcomes, propagator, TRACEPARENT } from "./fixtures/stage.ts";
import { tracing } from "./tracing.ts";

const ROUNDS = 15;
const CALLS = 20_000;

const silent: SpanExporter = {
  export: (_spans, done) => done({ code: 0 }),
  shutdown: () => Promise.resolve(),
};
const spanProcessors = [new BatchSpanProcessor({ exporter: silent, maxQueueSize: CALLS, maxExportBatchSize: CALLS })];
const sampled = new TracerProvider({ spanProcessors });
const unsampled = new TracerProvider({
  spanProcessors,
  sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }),
});

const TOOL = { target: "search", knownTarget: "search", targetKnown: true, session: "s" } as const;
const call = (): Exchange => exchange(TOOL);
const callWithParent = (): Exchange => exchange({ ...TOOL, meta: { traceparent: TRACEPARENT } });
const outcome: Outcome = outcomes.result();

const none = { observer: (_exchange: Exchange, next: () => unknown) => next() };
const subjects = [
  ["no observer but an empty one", none, call],
  ["mode off", tracing({ mode: "off" }), call],
  ["no SDK", tracing(), call],
  ["no SDK, parent in _meta", tracing({ propagator }), callWithParent],
  ["SDK, not sampled", tracing({ tracerProvider: unsampled, propagator }), call],
  ["SDK, sampled, batch processor", tracing({ tracerProvider: sampled, propagator }), call],
  ["SDK, sampled, parent in _meta", tracing({ tracerProvider: sampled, propagator }), callWithParent],
] as const;

async function round({ observer }: Pick<ReturnType<typeof tracing>, "observer">, ask: () => Exchange): Promise<number> {
  const core = { dispatch() {} };
  const startedAt = performance.now();
  for (let i = 0; i < CALLS; i++) {
    const onion = new Onion([observer], ask(), core, () => {});
    onion.run();
    onion.settle(outcome);
    if (i % 100 === 99) await null;
  }
  await new Promise((resolve) => setImmediate(resolve));
  return ((performance.now() - startedAt) / CALLS) * 1e6;
}

const taken = subjects.map((): number[] => []);
for (let i = 0; i < ROUNDS; i++) {
  for (const [index, [, parts, ask]] of subjects.entries()) taken[index]?.push(await round(parts, ask));
  await sampled.forceFlush();
}
for (const [index, [name]] of subjects.entries()) {
  const sorted = taken[index]?.sort((a, b) => a - b) ?? [];
  console.log(`${name.padEnd(34)} ${String(Math.round(sorted[ROUNDS >> 1] ?? 0)).padStart(6)} ns`);
}
process.exit(0);
