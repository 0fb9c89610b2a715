import { Load, Served } from "./load.ts";
import { shuffled } from "./measure.ts";
import type { HttpServerName } from "./subjects.ts";
import type { Variant } from "./variants.ts";

const CALLERS = 16;
const CALLS_PER_ROUND = 1000;
/** After 5 000 calls a server is still a tenth slower than after 25 000: so long the engine takes to optimise all of it. */
const WARM_UP_ROUNDS = 25;

/** Calls per second of each variant, round by round, each in a process of its own that 16 callers keep busy. */
export async function throughput(
  server: HttpServerName,
  variants: readonly Variant[],
  rounds: number,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const loads = new Map<string, { readonly load: Load; readonly served: Served }>();
  for (const { name } of variants) {
    const served = await Served.open(server, [name]);
    loads.set(name, { served, load: await Load.on(server, served.urls[0] as string, CALLERS) });
  }
  const figures: Record<string, number[]> = Object.fromEntries(variants.map(({ name }) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [name, { load }] of shuffled([...loads])) {
      const callsPerSecond = await rateOf(load);
      if (round >= 0) figures[name]?.push(callsPerSecond);
    }
  }
  for (const { load, served } of loads.values()) {
    load.close();
    await served.close();
  }
  return figures;
}

async function rateOf(load: Load): Promise<number> {
  const startedAt = performance.now();
  await load.run(CALLS_PER_ROUND);
  return (CALLS_PER_ROUND * 1000) / (performance.now() - startedAt);
}
