import fc from "fast-check";
import type { State } from "../src/elector/state.ts";
import { CHAOS_SETTINGS, type Fault, forEach, KINDS, NAMES, ready, restart, strike } from "./faults.ts";
import { SafetyBroken } from "./safety-broken.ts";
import type { SimNode } from "./sim-node.ts";
import { World } from "./world.ts";

/** Clocks of this much difference are what the margin is for: a tenth of the lease's time. */
const MAX_DRIFT = 0.04;

export interface Chaos {
  readonly drifts: readonly number[];
  readonly seed: number;
  readonly slow: number;
  /** Calls in flight that never end: a node leads to its very deadline. */
  readonly endless: boolean;
  readonly faults: readonly Fault[];
}

export const chaos: fc.Arbitrary<Chaos> = fc.record({
  drifts: fc.array(fc.double({ min: -MAX_DRIFT, max: MAX_DRIFT, noNaN: true }), { minLength: 3, maxLength: 3 }),
  seed: fc.integer(),
  /** Longest way of a message: some come after their question has failed. */
  slow: fc.constantFrom(2, 50, 400, 1_500),
  endless: fc.boolean(),
  faults: fc.array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      node: fc.constantFrom(...NAMES),
      other: fc.constantFrom(...NAMES),
      at: fc.integer({ min: 0, max: 25_000 }),
      forMs: fc.integer({ min: 1, max: 8_000 }),
    }),
    { maxLength: 14 },
  ),
});

/** Runs it for 30 seconds. Throws SafetyBroken when two lead at one time. */
export function play(scene: Chaos, mutate?: (state: State) => State): World {
  const world = new World(mutate);
  const random = mulberry(scene.seed);
  world.delay = () => 0.1 + random() * scene.slow;
  for (const [n, name] of NAMES.entries()) start(world, name, { rate: 1 + (scene.drifts[n] ?? 0), offset: 1_000 * n });
  if (scene.endless) forEach(world, (node) => Object.assign(node.drain, { ms: 60_000 }));
  for (const [n, fault] of scene.faults.entries()) world.at(fault.at, () => strike(world, fault, n));
  for (let at = 0; at < 30_000; at += 200) world.at(at, () => forEach(world, (node) => random() < 0.7 && node.pull()));
  world.run(30_000);
  return world;
}

/** Safety: nobody leads beside another, and nobody with a token that is not larger than all before. */
export function oneAtATime(scene: Chaos): void {
  const { promotions, lines } = play(scene);
  const tokens = promotions.map(({ token }) => token);
  const back = tokens.findIndex((token, n) => n > 0 && token <= (tokens[n - 1] ?? 0n));
  if (back !== -1) throw new SafetyBroken(`Token ${tokens[back]} came after ${tokens[back - 1]}.\n${lines.join("\n")}`);
}

/** Liveness: one leads within the longest of all waits after all is well again. */
export function oneInTheEnd(scene: Chaos): void {
  const world = play(scene);
  heal(world);
  const { ttlMs, coolDownMs, drainMs, headStartMs, fenceTimeoutMs } = CHAOS_SETTINGS.timing;
  world.run(2 * ttlMs + coolDownMs + drainMs + headStartMs + fenceTimeoutMs);
  const leaders = [...world.nodes.values()].filter((node) => node.status().startsWith("primary"));
  if (leaders.length !== 1) throw new Error(`${leaders.length} nodes lead.\n${world.lines.slice(-40).join("\n")}`);
}

/** All is well again. */
function heal(world: World): void {
  world.store.up = true;
  world.delay = () => 1;
  forEach(world, (node) => {
    node.cut = "none";
    node.thaw(10_000);
    node.fence = { ms: 5 };
    node.drain = { ms: 5, confirms: true };
    node.persist = {};
    if (node.dead || node.state.stand.phase === "closed") restart(world, node);
    const alive = world.nodes.get(node.settings.node) ?? node;
    alive.happen({ kind: "resume", by: "heal" });
    ready(alive);
  });
}

function start(world: World, name: string, setup: { rate: number; offset: number }): SimNode {
  const node = world.add(name, CHAOS_SETTINGS, setup);
  ready(node);
  return node;
}

/** A small generator of numbers from 0 to 1, the same for the same seed. */
function mulberry(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
