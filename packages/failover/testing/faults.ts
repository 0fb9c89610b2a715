import type { Settings } from "../src/elector/state.ts";
import { timingOf } from "../src/timing.ts";
import type { SimNode } from "./sim-node.ts";
import type { World } from "./world.ts";

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
export const NAMES = ["a", "b", "c"] as const;
type Name = (typeof NAMES)[number];

export interface Fault {
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

export const KINDS: readonly Fault["kind"][] = [
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

/** A new life of a node, which remembers what was written. Its server goes with it, as both are on one host. */
export function restart(world: World, old: SimNode): void {
  const { rate = 1, offset = 0 } = old.setup;
  world.add(old.settings.node, CHAOS_SETTINGS, { rate, offset, memory: old.written });
}

export function ready(node: SimNode): void {
  node.happen({ kind: "lagged", syncLagMs: 10 });
  probe(node, "passing");
}

function probe(node: SimNode, result: "passing" | "failing"): void {
  for (let n = 0; n < 3; n += 1) node.happen({ kind: "probed", probe: result });
}

export function strike(world: World, fault: Fault, n: number): void {
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

export function forEach(world: World, call: (node: SimNode) => unknown): void {
  for (const node of [...world.nodes.values()]) call(node);
}
