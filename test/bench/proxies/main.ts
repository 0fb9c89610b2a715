/** What stands in front of a server costs: `npm run bench:proxies [-- --rounds N] [-- --only nginx]`. */
import { parseArgs } from "node:util";
import { shuffled } from "../measure.ts";
import { median } from "../statistics.ts";
import { Callers } from "./callers.ts";
import { direct, mcpOps, mcpProxy, nginx, type Standing, supergateway } from "./fronts.ts";

const { values: options } = parseArgs({ options: { rounds: { type: "string" }, only: { type: "string" } } });
const ROUNDS = Number(options.rounds ?? 15);
/** Servers are asked until they are as fast as they get: a proxy runs for weeks. */
const WARM_UP_ROUNDS = 10;
const CALLS = 4000;
const AT_ONCE = 16;

const server = await direct();
const fronts: Readonly<Record<string, () => Promise<Standing>>> = {
  nginx: () => nginx(server.url),
  "mcp-ops proxy": () => mcpOps(server.url),
  "mcp-proxy (stdio)": mcpProxy,
  "supergateway (stdio)": supergateway,
};

interface Runner {
  readonly callers: Callers;
  readonly standing: Standing;
  readonly perSecond: number[];
  readonly alone: number[];
}

const runners = new Map<string, Runner>();
await add("direct", server);
for (const [name, open] of Object.entries(fronts)) {
  if (options.only === undefined || name.includes(options.only)) await add(name, await open());
}
for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
  for (const [, { callers, perSecond, alone }] of shuffled([...runners])) {
    const busy = await callers.run(CALLS, AT_ONCE);
    const lonely = await callers.run(CALLS / 10, 1);
    if (round < 0) continue;
    perSecond.push((busy.each.length * 1000) / busy.allMs);
    alone.push(median(lonely.each) * 1000);
  }
}
console.log(`${"".padEnd(22)}  calls/s, ${AT_ONCE} callers   p50 of one caller`);
for (const [name, { perSecond, alone }] of runners) {
  console.log(
    `${name.padEnd(22)} ${median(perSecond).toFixed(0).padStart(12)}          ${median(alone).toFixed(0).padStart(10)} µs`,
  );
}
for (const { callers } of runners.values()) await callers.close();
for (const { standing } of [...runners.values()].reverse()) await standing[Symbol.asyncDispose]();

async function add(name: string, standing: Standing): Promise<void> {
  runners.set(name, { callers: await Callers.at(standing.url), standing, perSecond: [], alone: [] });
}
