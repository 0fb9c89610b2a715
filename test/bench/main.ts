import { parseArgs } from "node:util";
import { measure } from "./measure.ts";
import { pipeRounds } from "./pipes.ts";
import { type Estimate, median, pairedRatio } from "./statistics.ts";
import { HTTP_SERVERS, type HttpServerName, SUBJECTS } from "./subjects.ts";
import { throughput } from "./throughput.ts";
import { VARIANTS } from "./variants.ts";

/** What watching costs against the bare server in the same run: `npm run bench [-- --json] [--rounds N] [--only text]`. */
const { values: options } = parseArgs({
  options: { json: { type: "boolean", default: false }, rounds: { type: "string" }, only: { type: "string" } },
});

interface Row {
  readonly subject: string;
  readonly variant: string;
  readonly median: number;
  readonly unit: "µs/call" | "calls/s";
  /** Against the first variant: of the time of a call, or of the calls per second. */
  readonly ratio: Estimate;
}

const report: Row[] = [];
for (const [subject, open] of Object.entries(SUBJECTS).filter(([name]) => isWanted(name))) {
  const memory = subject.includes("memory");
  // So long that what is done for many calls at once (batches of spans and of audit records) falls into most rounds.
  const effort = { rounds: roundsOr(memory ? 100 : 40), callsPerRound: memory ? 1000 : 200 };
  add(subject, "µs/call", await measure(open, VARIANTS, effort));
}
for (const server of Object.keys(HTTP_SERVERS) as HttpServerName[]) {
  const subject = `${server}, 16 callers`;
  if (isWanted(subject)) add(subject, "calls/s", await throughput(server, VARIANTS, roundsOr(25)));
}
if (isWanted("stdio pipe")) add("stdio pipe", "µs/call", await pipeRounds(roundsOr(40)));
if (options.json) console.log(JSON.stringify(report, undefined, 2));

function isWanted(subject: string): boolean {
  return options.only === undefined || subject.includes(options.only);
}

function roundsOr(rounds: number): number {
  return Number(options.rounds ?? rounds);
}

function add(subject: string, unit: Row["unit"], rounds: Readonly<Record<string, readonly number[]>>): void {
  const base = Object.values(rounds)[0] ?? [];
  for (const [name, own] of Object.entries(rounds)) {
    const row = { subject, variant: name, median: median(own), unit, ratio: pairedRatio(own, base) };
    report.push(row);
    if (!options.json) print(row);
  }
}

function print({ subject, variant, median, unit, ratio }: Row): void {
  const interval = `${ratio.low.toFixed(3)} … ${ratio.high.toFixed(3)}`;
  const figure = `${median.toFixed(unit === "calls/s" ? 0 : 1)} ${unit}`;
  const cells = [subject.padEnd(28), variant.padEnd(18), figure.padStart(14)];
  console.log(`${cells.join(" ")}   ${ratio.median.toFixed(3)}×   (95 %: ${interval})`);
}
