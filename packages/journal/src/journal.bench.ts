/**
 * What the journal costs of CPU time, per exchange: `node packages/journal/src/journal.bench.ts`.
 * Rounds of each subject alternate in one process, without a folder, so that nothing is written; shown is the mean, because Linux may tell the CPU
 * time of a thread to some milliseconds only.
 */
import { type Exchange, type JsonObject, type Observer, type Outcome, readonlyView } from "@mcp-ops/exchange";
import { journal } from "./journal.ts";

const ROUNDS = 50;
const CALLS = 8_000;
/** Of a server that is busy: how often CPU time is measured goes by it. */
const MS_A_CALL = 0.1;

const exchange: Exchange & { startedAt: number } = {
  kind: "request",
  direction: "inbound",
  id: 1,
  server: "bench",
  transport: "http",
  session: "0f8fad5b-d9cb-469f-a165-70867728950e",
  revision: "2025-11-25",
  era: "legacy",
  client: { name: "bench", version: "1" },
  method: "tools/call",
  knownMethod: "tools/call",
  target: "search",
  knownTarget: "search",
  targetKnown: true,
  params: undefined,
  meta: undefined,
  principal: undefined,
  header: () => undefined,
  requestBytes: 120,
  startedAt: 0,
  trace: undefined,
};
const PROSE = "Wind can raise or lower the water by more than half a metre. ";

/** An outcome as the tap makes it: its result is a view, and its texts are there where it has nothing else. */
function answered(text: string, parts: Partial<Outcome> = {}): Outcome {
  const result: JsonObject = { content: [{ type: "text", text }] };
  return {
    kind: "result",
    type: "complete",
    isError: false,
    invalidArguments: false,
    result: readonlyView(result),
    texts: [text],
    durationMs: 1.2,
    gate: undefined,
    httpStatus: undefined,
    responseBytes: text.length + 80,
    ...parts,
  } as Outcome;
}

const used = journal({ boot: { pid: process.pid, bootId: "0123456789ab" } });
const unmeasured = journal({ boot: { pid: process.pid, bootId: "0123456789ab" }, cpu: false });
const nothing: Observer = async (_exchange, next) => {
  await next();
};

/** Forty tools by turns. */
const tools = Array.from({ length: 40 }, (_, index) => `tool ${index}`);

const subjects: readonly [string, Observer, (call: number) => Exchange, Outcome][] = [
  ["an observer that does nothing", nothing, () => exchange, answered("3")],
  ["a result of one word", used.observer, () => exchange, answered("3")],
  ["the same, no CPU time measured", unmeasured.observer, () => exchange, answered("3")],
  ["the same, 40 tools by turns", used.observer, withTool, answered("3")],
  ["a result of 500 characters", used.observer, () => exchange, answered(PROSE.repeat(8))],
  ["a result of 5 000 characters, which waits", used.observer, () => exchange, answered(PROSE.repeat(82))],
  ["a result of one word that waits", used.observer, () => exchange, answered("3", { texts: undefined })],
];

function withTool(call: number): Exchange {
  const target = tools[call % tools.length];
  return { ...exchange, target, knownTarget: target };
}

function cpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

async function timeOf([, observer, asked, outcome]: (typeof subjects)[number]): Promise<number> {
  const startedUs = cpuUs();
  for (let call = 0; call < CALLS; call++) {
    const ended = Promise.resolve(outcome);
    exchange.startedAt += MS_A_CALL;
    await observer(asked(call), () => ended);
  }
  await used.flush();
  return cpuUs() - startedUs;
}

const times = subjects.map(() => 0);
for (let round = -5; round < ROUNDS; round++)
  for (const [index, subject] of subjects.entries()) {
    const us = await timeOf(subject);
    if (round >= 0) (times[index] as number) += (us * 1000) / (ROUNDS * CALLS);
  }
const floor = times[0] as number;
for (const [index, [title]] of subjects.entries()) {
  const ns = times[index] as number;
  console.log(`${title.padEnd(44)} ${ns.toFixed(0).padStart(6)} ns  (${(ns - floor).toFixed(0)} above the floor)`);
}
await Promise.all([used.close(), unmeasured.close()]);
