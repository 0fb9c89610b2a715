/** `npm run chaos -- --rounds 100 --seed 7 --engine etcd --history run.jsonl`: ends with 1 when something was that must not be. */
import { parseArgs } from "node:util";
import { faultsOf } from "./checker.ts";
import { Cluster } from "./cluster.ts";
import { ENGINES, type EngineName } from "./engines.ts";
import { anyGates } from "./gates.ts";
import { torment } from "./nemesis.ts";
import { noNetwork } from "./network.ts";
import { report } from "./report.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 100_000) },
    engine: { type: "string", default: "embedded" },
    ttl: { type: "string" },
    history: { type: "string" },
  },
});

const engine = ENGINES[values.engine as EngineName];
const missing = engine === undefined ? "has no such engine" : (noNetwork() ?? engine.missing());
if (missing !== undefined) {
  console.error(`chaos: ${missing}.`);
  process.exit(2);
}

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());

const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
const gates = anyGates(seed);
console.log(`engine ${engine.name}, ${rounds} rounds, seed ${seed}, gates: ${gates.a} and ${gates.b}`);
const ttl = values.ttl === undefined ? {} : { ttlMs: Number(values.ttl) };
try {
  await using cluster = await Cluster.open({ engine, gates, historyFile: values.history, ...ttl });
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener("abort", () => resolve()));
  const onRound = (round: number, faults: string) => console.log(`${round}: ${faults}`);
  const played = torment(cluster, { rounds, seed, signal: stopping.signal, onRound }).catch((error: unknown) => {
    if (stopping.signal.aborted) return; // A terminal's Ctrl-C ends what runs here as well.
    console.error(error);
    process.exitCode = 1;
  });
  await Promise.race([stopped, played]);
  console.log(report(cluster.history.happenings));
  if (faultsOf(cluster.history.happenings).length > 0) process.exitCode = 1;
} catch (error) {
  if (!stopping.signal.aborted) throw error;
}
if (stopping.signal.aborted) {
  console.log("Stopped before the end.");
  process.exitCode ||= 130;
}
