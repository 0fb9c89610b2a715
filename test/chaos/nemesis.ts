import { setTimeout as pause } from "node:timers/promises";
import { Chance } from "../fixtures/chance.ts";
import type { Cluster } from "./cluster.ts";
import { type Fault, faultsFor, isOfTheStore, type Scene, sceneOf } from "./faults.ts";
import { againWithin } from "./wanted.ts";

/** So often a second fault comes before the first has gone. */
const TWO_PART = 0.3;
/** Waited so much longer than promised: how long it really took is worth knowing. */
const PATIENCE = 2;

export interface NemesisOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onRound?: (round: number, faults: string) => void;
}

/** Does harm, round after round, and mends everything in between. What came of it is in the history. */
export async function torment(cluster: Cluster, { rounds, seed, signal, onRound }: NemesisOptions): Promise<void> {
  const chance = new Chance(seed);
  let isStoreShaken = false;
  await calm(cluster);
  for (let round = 1; round <= rounds && signal?.aborted !== true; round++) {
    const known = faultsFor(cluster.engine.name);
    const faults = chance.next() < TWO_PART ? [chance.one(known), chance.one(known)] : [chance.one(known)];
    onRound?.(round, faults.map(({ name }) => name).join(" + "));
    cluster.history.add({ what: "round", round, seed });
    await harm(sceneOf(cluster, chance, isStoreShaken), faults);
    await heal(cluster, faults);
    isStoreShaken = faults.some(isOfTheStore);
  }
}

/** One fault, with what must come of it. */
async function harm(scene: Scene, faults: readonly Fault[]): Promise<void> {
  const [first, second] = faults;
  if (first === undefined) return;
  if (second === undefined) return alone(scene, first);
  for (const fault of [first, second]) await causing(scene, fault);
  await lasting(scene, first);
}

async function alone(scene: Scene, fault: Fault): Promise<void> {
  const { cluster } = scene;
  const wanted = fault.wants?.(scene);
  const token = cluster.highestToken();
  const begun = causing(scene, fault);
  const because = `${fault.name}, ${scene.holder} led`;
  if (wanted !== undefined) cluster.history.add({ what: "expected", because, token: String(token), ...wanted });
  await begun;
  if (wanted?.leader !== "new") return lasting(scene, fault);
  await cluster.history.until(() => cluster.highestToken() > token, wanted.withinMs * PATIENCE);
  // So long that who was frozen or cut has had its time.
  await pause(scene.chance.between(0, cluster.ttlMs / 2));
}

async function causing(scene: Scene, fault: Fault): Promise<void> {
  if (fault.name !== "switchover")
    scene.cluster.history.add({ what: "fault", fault: fault.name, holder: scene.holder });
  await fault.cause(scene);
}

async function lasting({ cluster, chance }: Scene, { lasts: [low, high] = [0.5, 1.5] }: Fault): Promise<void> {
  await pause(chance.between(low, high) * cluster.ttlMs);
}

async function heal(cluster: Cluster, faults: readonly Fault[]): Promise<void> {
  await cluster.mend();
  const fault = faults.map(({ name }) => name).join(" + ");
  cluster.history.add({ what: "healed", fault });
  const withinMs = againWithin(cluster);
  const from = cluster.history.happenings.length;
  cluster.history.add({ what: "expected", because: `${fault}, and healed`, leader: "any", withinMs });
  await calm(cluster);
  // The next fault may be one that nobody can lead under: what is expected after this one must have been seen before.
  const isSaidAnew = () => cluster.history.happenings.slice(from).some(({ what }) => what === "believed");
  await cluster.history.until(isSaidAnew, withinMs * PATIENCE);
}

async function calm(cluster: Cluster): Promise<void> {
  if (await cluster.calm()) return;
  const words = cluster.lastWords();
  throw new Error(`The cluster did not come to rest. Its history is in ${cluster.history.file}.\n${words}`);
}
