/**
 * What the journal adds to everything else, in CPU time of the server's main thread: `npm run bench:cpu [-- --rounds N] [--processes N] [--only text]`.
 * Wall time says nothing on a machine that has other work.
 */
import { parseArgs } from "node:util";
import { settledCpuUs } from "./cpu-time.ts";
import { Load, Served } from "./load.ts";
import { measure, shuffled } from "./measure.ts";
import { type Estimate, median, pairedDifference, pairedRatio } from "./statistics.ts";
import { HTTP_SERVERS, type HttpServerName, SUBJECTS } from "./subjects.ts";
import { variantOf } from "./variants.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "40" },
    processes: { type: "string", default: "4" },
    only: { type: "string" },
  },
});
const BASE = "all, chained audit";
const NAMES = [BASE, "all again", "all + journal"];
/** In memory the least that one more observer can cost is more than the noise. */
const NAMES_IN_MEMORY = [...NAMES, "all + empty observer"];
const rounds = Number(options.rounds);
/** What V8 inlines is decided anew in each process, and all variants of one process share the decision. */
const processes = Number(options.processes);
/** Of each variant; they run the same code. */
const WARM_UP_CALLS = 8_000;
/** Few, so that the rounds that are compared are near to one another: what else the machine does changes the CPU time, too. */
const CALLS_PER_ROUND = 500;
/** As long a time. */
const CALLS_IN_MEMORY = 4000;

type Figures = Record<string, number[]>;

for (const [name, open] of Object.entries(SUBJECTS)) {
  if (!name.includes("memory") || !isWanted(name)) continue;
  const variants = NAMES_IN_MEMORY.map(variantOf);
  show(name, await measure(open, variants, { rounds, callsPerRound: CALLS_IN_MEMORY, clock: settledCpuUs }));
}
for (const server of Object.keys(HTTP_SERVERS) as HttpServerName[]) {
  for (const callers of [16, 1]) {
    const name = `${server}, ${callers === 1 ? "one caller" : `${callers} callers`}`;
    if (!isWanted(name)) continue;
    const all = empty();
    for (let process = 0; process < processes; process++) await measureServed(server, callers, all);
    show(name, all);
  }
}

async function measureServed(server: HttpServerName, callers: number, figures: Figures): Promise<void> {
  const served = await Served.open(server, NAMES);
  const loads: [string, Load][] = [];
  for (const [index, name] of NAMES.entries())
    loads.push([name, await Load.on(server, served.urls[index] as string, callers)]);
  for (let call = 0; call < WARM_UP_CALLS; call += CALLS_PER_ROUND)
    for (const [, load] of loads) await load.run(CALLS_PER_ROUND);
  for (let round = 0; round < rounds; round++) {
    for (const [name, load] of shuffled(loads)) {
      const before = await served.cpuUs();
      await load.run(CALLS_PER_ROUND);
      figures[name]?.push(((await served.cpuUs()) - before) / CALLS_PER_ROUND);
    }
  }
  for (const [, load] of loads) load.close();
  await served.close();
}

function empty(): Figures {
  return Object.fromEntries(NAMES.map((name) => [name, []]));
}

function isWanted(name: string): boolean {
  return options.only === undefined || name.includes(options.only);
}

function show(subject: string, figures: Readonly<Record<string, readonly number[]>>): void {
  const base = figures[BASE] ?? [];
  for (const [name, own] of Object.entries(figures)) {
    const cells = [subject.padEnd(28), name.padEnd(20), `${median(own).toFixed(2)} µs`.padStart(10)];
    if (own !== base) cells.push(`${text(pairedDifference(own, base), 2)} µs`, `${text(pairedRatio(own, base), 3)}×`);
    console.log(cells.join("   "));
  }
}

function text(estimate: Estimate, digits: number): string {
  const { median, low, high } = estimate;
  return `${median.toFixed(digits)} (95 %: ${low.toFixed(digits)} … ${high.toFixed(digits)})`;
}
