import { parseArgs } from "node:util";
import { metrics } from "@mcp-ops/metrics";
import { pipeline, tap } from "@mcp-ops/tap";
import { Registry } from "prom-client";
import { type Effort, measure, type Variant } from "./measure.ts";
import { median, pairedRatio, type Ratio } from "./statistics.ts";
import { SUBJECTS } from "./subjects.ts";

/** What watching costs per call, against the bare server in the same run: `npm run bench [-- --json] [--rounds N] [--only text]`. */
const { values: options } = parseArgs({
  options: { json: { type: "boolean", default: false }, rounds: { type: "string" }, only: { type: "string" } },
});

const tapOnly = pipeline();
const counted = metrics({ registry: new Registry(), processMetrics: false });
const withMetrics = pipeline({
  observers: [counted.observer],
  connectionObservers: [counted.connectionObserver],
  onFault: counted.onFault,
  onOverflow: counted.onOverflow,
});

const VARIANTS: readonly Variant[] = [
  { name: "bare", wrap: (server) => server },
  { name: "bare again", wrap: (server) => server },
  { name: "tap", wrap: (server) => tap(server, tapOnly) },
  { name: "tap + metrics", wrap: (server) => tap(server, withMetrics) },
];

function effortFor(subject: string): Effort {
  const memory = subject.includes("memory");
  return { rounds: Number(options.rounds ?? (memory ? 400 : 150)), callsPerRound: memory ? 50 : 20 };
}

interface Row {
  readonly subject: string;
  readonly variant: string;
  readonly microsecondsPerCall: number;
  readonly ratio: Ratio;
}

const report: Row[] = [];
for (const [subject, open] of Object.entries(SUBJECTS)) {
  if (options.only !== undefined && !subject.includes(options.only)) continue;
  const rounds = await measure(open, VARIANTS, effortFor(subject));
  const base = rounds.bare ?? [];
  for (const { name } of VARIANTS) {
    const own = rounds[name] ?? [];
    const row = { subject, variant: name, microsecondsPerCall: median(own), ratio: pairedRatio(own, base) };
    report.push(row);
    if (!options.json) print(row);
  }
}
if (options.json) console.log(JSON.stringify(report, undefined, 2));

function print({ subject, variant, microsecondsPerCall, ratio }: Row): void {
  const interval = `${ratio.low.toFixed(3)} … ${ratio.high.toFixed(3)}`;
  const cells = [subject.padEnd(18), variant.padEnd(14), `${microsecondsPerCall.toFixed(1)} µs`.padStart(10)];
  console.log(`${cells.join(" ")}   ${ratio.median.toFixed(3)}×   (95 %: ${interval})`);
}
