import fc from "fast-check";
import type { Settings, State } from "../src/elector/state.ts";
import { timingOf } from "../src/timing.ts";
import { SafetyBroken, type SimNode, World } from "./world.ts";

/** A short lease, so that a run is short. */
export const CHAOS_SETTINGS: Omit<Settings, "node" | "holder"> = {
  timing: {
    ...timingOf("embedded", { ttlMs: 3_000 }),
    pollEveryMs: 100,
    drainMs: 1_000,
    headStartMs: 500,
    fenceTimeoutMs: 2_000,
  },
  priority: 100,
  maxSyncLagMs: 60_000,
  health: { failures: 3, of: 3, passes: 2 },
  fencing: true,
};
const NAMES = ["a", "b", "c"] as const;
type Name = (typeof NAMES)[number];

/** Clocks of this much difference are what the margin is for: a tenth of the lease's time. */
const MAX_DRIFT = 0.04;

interface Fault {
  readonly kind:
    | "freeze"
    | "cut"
    | "answers"
    | "store"
    | "arbiter"
    | "ill"
    | "stale"
    | "tilt"
    | "switchover"
    | "failover"
    | "pause"
    | "kill"
    | "shutdown"
    | "fence"
    | "drain"
    | "disk";
  readonly node: Name;
  readonly other: Name;
  readonly at: number;
  readonly forMs: number;
}

export interface Chaos {
  readonly drifts: readonly number[];
  readonly seed: number;
  readonly slow: number;
  /** Calls in flight that never end: a node leads to its very deadline. */
  readonly endless: boolean;
  readonly faults: readonly Fault[];
}

const KINDS: readonly Fault["kind"][] = [
  "freeze",
  "cut",
  "answers",
  "store",
  "arbiter",
  "ill",
  "stale",
  "tilt",
  "switchover",
  "failover",
  "pause",
  "kill",
  "shutdown",
  "fence",
  "drain",
  "disk",
];

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

/** A new life of a node, which remembers what was written. Its server goes with it, as both are on one host. */
function restart(world: World, old: SimNode): void {
  const { rate = 1, offset = 0 } = old.setup;
  world.add(old.settings.node, CHAOS_SETTINGS, { rate, offset, memory: old.written });
}

function ready(node: SimNode): void {
  node.happen({ kind: "lagged", syncLagMs: 10 });
  probe(node, "passing");
}

function probe(node: SimNode, result: "passing" | "failing"): void {
  for (let n = 0; n < 3; n += 1) node.happen({ kind: "probed", probe: result });
}

function strike(world: World, fault: Fault, n: number): void {
  const node = world.nodes.get(fault.node);
  if (node === undefined) return;
  const undo = STRIKES[fault.kind](world, node, fault, `request-${n}`);
  if (undo !== undefined) world.at(world.now + fault.forMs, undo);
}

type Strike = (world: World, node: SimNode, fault: Fault, id: string) => (() => void) | undefined;

const STRIKES: { readonly [K in Fault["kind"]]: Strike } = {
  freeze: (_world, node, { forMs }) => {
    node.freeze();
    return () => node.thaw(forMs);
  },
  cut: (_world, node) => {
    node.cut = "both";
    return () => {
      node.cut = "none";
    };
  },
  answers: (_world, node) => {
    node.cut = "answers";
    return () => {
      node.cut = "none";
    };
  },
  store: (world) => {
    world.store.up = false;
    return () => {
      world.store.up = true;
    };
  },
  arbiter: (world) => {
    world.store.restart(CHAOS_SETTINGS.timing.ttlMs, world.now);
    return undefined;
  },
  ill: (_world, node) => {
    probe(node, "failing");
    return () => probe(node, "passing");
  },
  stale: (_world, node) => {
    node.happen({ kind: "lagged", syncLagMs: 600_000 });
    return () => {
      node.happen({ kind: "lagged", syncLagMs: 10 });
    };
  },
  tilt: (_world, node) => {
    node.happen({ kind: "tilted", clock: "wall", ms: 5_000 });
    return undefined;
  },
  switchover: (world, node, { other }, id) => {
    node.happen({ kind: "switchover", request: { id, by: "chaos", leader: node.settings.node, candidate: other } });
    forEach(world, (one) => one.happen({ kind: "head-start", courtesy: { requestId: id, candidate: other } }));
    return undefined;
  },
  failover: (_world, node, { other }, id) => {
    node.happen({ kind: "failover", request: { id, by: "chaos", candidate: other, force: true } });
    return undefined;
  },
  pause: (world) => {
    forEach(world, (one) => one.happen({ kind: "pause", by: "chaos" }));
    return () => forEach(world, (one) => one.happen({ kind: "resume", by: "chaos" }));
  },
  kill: (world, node) => {
    node.kill();
    return () => {
      if (world.nodes.get(node.settings.node) === node) restart(world, node);
      const now = world.nodes.get(node.settings.node);
      if (now !== undefined) ready(now);
    };
  },
  shutdown: (_world, node) => {
    node.happen({ kind: "shutdown" });
    return undefined;
  },
  fence: (_world, node, { forMs }) => {
    node.fence = { ms: forMs / 3, text: "exit code 1" };
    return () => {
      node.fence = { ms: 20 };
    };
  },
  drain: (_world, node, { forMs }) => {
    node.drain = { ms: forMs / 3, confirms: forMs % 2 === 0 };
    return () => {
      node.drain = { ms: 20, confirms: true };
    };
  },
  disk: (_world, node) => {
    node.persist = { text: "ENOSPC" };
    return () => {
      node.persist = {};
    };
  },
};

function forEach(world: World, call: (node: SimNode) => unknown): void {
  for (const node of [...world.nodes.values()]) call(node);
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
