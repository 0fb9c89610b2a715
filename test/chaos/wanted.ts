import { POLL_MS, PROBE } from "./cast.ts";
import type { Cluster } from "./cluster.ts";
import type { Scene } from "./faults.ts";
import { startsAgain } from "./gates.ts";
import type { Expectation } from "./history.ts";

/** What must come of a fault, and how soon. */
export type Wanted = Pick<Expectation, "leader" | "withinMs" | "afterMs">;

/** H3: how soon another leads when the holder is lost, and when the store goes with it. */
export const another = (scene: Scene): Wanted => ({ leader: "new", withinMs: anotherWithin(scene) });
export const afterBoth = ({ cluster }: Scene): Wanted => ({ leader: "new", withinMs: againWithin(cluster) });
/** A sick server is found out first. */
export const afterProbes = (scene: Scene): Wanted => ({
  leader: "new",
  withinMs: PROBE.failures * (PROBE.everyMs + PROBE.timeoutMs) + anotherWithin(scene),
});
/** … unless it is started again before that. */
export const afterProbesAtMost = (scene: Scene): Wanted | undefined =>
  startsAgain(scene.cluster.gate(scene.holder)) ? undefined : afterProbes(scene);

/** H4: without a store nobody leads when a lease has passed; as long as the outage lasts. */
export const OUTAGE: readonly [number, number] = [1.5, 1.5];
export const nobody = ({ cluster }: Scene): Wanted => ({
  leader: "none",
  afterMs: cluster.ttlMs,
  withinMs: cluster.ttlMs * OUTAGE[0],
});

/** When all is well again: the longest of what H3 promises. */
export function againWithin({ ttlMs }: Cluster): number {
  return 2 * ttlMs + 1_000 + POLL_MS;
}

/**
 * etcd counts all leases anew when another member begins to lead, and a member that has just come back may make them vote:
 * then a lease that had almost passed lasts once more.
 */
function anotherWithin({ cluster, isStoreShaken }: Scene): number {
  return cluster.engine.name === "etcd" && isStoreShaken ? againWithin(cluster) : cluster.ttlMs + 1_000;
}
