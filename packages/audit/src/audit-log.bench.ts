/** What an audit record costs the caller, and what the writer's thread can take: `node packages/audit/src/audit-log.bench.ts`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exchange, Outcome } from "@mcp-ops/exchange";
import { auditLog } from "./audit-log.ts";
import { ChainWriter } from "./chain-writer.ts";
import { entryOf } from "./entry.ts";
import { RecordMaker } from "./record.ts";

const folder = mkdtempSync(join(tmpdir(), "mcp-ops-bench-"));

function exchange(i: number): Exchange {
  return {
    kind: "request",
    direction: "inbound",
    id: i,
    method: "tools/call",
    knownMethod: "tools/call",
    target: "get_weather",
    knownTarget: "get_weather",
    targetKnown: true,
    params: {},
    meta: undefined,
    principal: "client-7",
    header: () => "client/1.0",
    requestBytes: 120,
    startedAt: 0,
    trace: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", sampled: true },
    server: "weather",
    transport: "http",
    session: "8f14e45f-ceea-467f-a8f3-1a0bd2b5c1d3",
    revision: "2025-11-25",
    era: "legacy",
    client: { name: "inspector", version: "1.2.3" },
  };
}

const outcome: Outcome = {
  kind: "result",
  type: "complete",
  isError: false,
  invalidArguments: false,
  result: {},
  durationMs: 1.5,
  gate: undefined,
  httpStatus: undefined,
  responseBytes: 456,
};

/** Nanoseconds of one run of `what`, the best of some. */
function nsOf(times: number, what: (i: number) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 7; round++) {
    const startedAt = process.hrtime.bigint();
    for (let i = 0; i < times; i++) what(i);
    best = Math.min(best, Number(process.hrtime.bigint() - startedAt) / times);
  }
  return best;
}

async function callersPath(): Promise<number> {
  const log = auditLog({ server: "bench", folder: join(folder, "path"), maxQueue: 1_000_000 });
  const ended = Promise.resolve(outcome);
  const asked = exchange(1);
  const times = 2_000;
  const rounds: number[] = [];
  for (let round = 0; round < 30; round++) {
    const baseline = process.hrtime.bigint();
    for (let i = 0; i < times; i++) await ended.then(() => {});
    const startedAt = process.hrtime.bigint();
    for (let i = 0; i < times; i++) await log.observer(asked, () => ended);
    const endedAt = process.hrtime.bigint();
    rounds.push((Number(endedAt - startedAt) - Number(startedAt - baseline)) / times);
    await log.flush();
  }
  await log.close();
  return rounds.sort((a, b) => a - b)[15] as number;
}

async function throughput(): Promise<number> {
  const log = auditLog({ server: "bench", folder: join(folder, "through"), maxQueue: 1_000_000 });
  const ended = Promise.resolve(outcome);
  await log.flush();
  const times = 200_000;
  const startedAt = performance.now();
  for (let i = 0; i < times; i++) void log.observer(exchange(i), () => ended);
  await log.flush();
  const tookMs = performance.now() - startedAt;
  const { records, dropped } = log.stats();
  if (records !== times || dropped !== 0) throw new Error(`${records} records, ${dropped} dropped`);
  await log.close();
  return times / (tookMs / 1000);
}

const entry = entryOf(exchange(1), outcome, undefined, 1);
const maker = new RecordMaker({ component: undefined, pseudonymKey: undefined });
const chain = new ChainWriter(
  {
    folder: join(folder, "chain"),
    server: "bench",
    boot: "aaaaaaaaaaaa",
    keyFile: join(folder, "chain", "key"),
    checkpointRecords: 1000,
    checkpointMs: 1e12,
    maxFileBytes: 1e12,
    maxFileAgeMs: 1e15,
    rotateAt: "never",
  },
  0,
);
const items = Array.from({ length: 100 }, () => ({ at: 1, fields: maker.fieldsOf(entry) }));

console.log(
  `entry on the caller's path        ${nsOf(100_000, (i) => void entryOf(exchange(i), outcome, undefined, 1)).toFixed(0)} ns`,
);
console.log(`observer, all of it (median)      ${(await callersPath()).toFixed(0)} ns`);
console.log(`fields of a record, in the thread ${nsOf(50_000, () => void maker.fieldsOf(entry)).toFixed(0)} ns`);
console.log(
  `seal and write, in the thread     ${(nsOf(500, () => chain.append(items, 1, false)) / 100).toFixed(0)} ns`,
);
console.log(`records per second, end to end    ${(await throughput()).toFixed(0)}`);
chain.close(2);
rmSync(folder, { recursive: true });
