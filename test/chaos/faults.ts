import type { Chance } from "../fixtures/chance.ts";
import { hasFaketime, NODES, type Node } from "./cast.ts";
import type { Cluster } from "./cluster.ts";
import type { EngineName } from "./engines.ts";
import { afterBoth, afterProbes, afterProbesAtMost, another, nobody, OUTAGE, type Wanted } from "./wanted.ts";

/** Who is who when a fault comes. */
export interface Scene {
  readonly cluster: Cluster;
  readonly holder: Node;
  readonly standby: Node;
  readonly chance: Chance;
  /** Something was done to the store in the round before, and it has only just come back. */
  readonly isStoreShaken: boolean;
}

export interface Fault {
  readonly name: string;
  /** Engines with which it makes sense; without it, all. */
  readonly engines?: readonly EngineName[];
  readonly cause: (scene: Scene) => void | Promise<void>;
  /** What must come of it while it lasts, when it comes alone. */
  readonly wants?: (scene: Scene) => Wanted | undefined;
  /** How long it lasts where nothing is waited for; in parts of the lease's time. */
  readonly lasts?: readonly [number, number];
}

const parts = (node: Node) => [`agent of ${node}`, `gate of ${node}`, `server of ${node}`];
const kill = (cluster: Cluster, names: readonly string[]) =>
  Promise.all(names.map((name) => cluster.process(name).kill())).then(() => {});
const freeze = (cluster: Cluster, names: readonly string[]) => {
  for (const name of names) cluster.process(name).signal("SIGSTOP");
};
const store = ({ cluster }: Scene) => cluster.engine.hosts;
const member = (scene: Scene) => scene.chance.one(store(scene));

const OF_THE_HOLDER: readonly Fault[] = [
  { name: "agent killed", cause: ({ cluster, holder }) => kill(cluster, [`agent of ${holder}`]), wants: another },
  {
    name: "agent told to end",
    cause: ({ cluster, holder }) => cluster.process(`agent of ${holder}`).leave(),
    wants: another,
  },
  { name: "agent frozen", cause: ({ cluster, holder }) => freeze(cluster, [`agent of ${holder}`]), wants: another },
  {
    name: "agent frozen for a moment",
    cause: ({ cluster, holder }) => freeze(cluster, [`agent of ${holder}`]),
    lasts: [0.2, 1],
  },
  { name: "host killed", cause: ({ cluster, holder }) => kill(cluster, parts(holder)), wants: another },
  { name: "host frozen", cause: ({ cluster, holder }) => freeze(cluster, parts(holder)), wants: another },
  { name: "gate killed", cause: ({ cluster, holder }) => kill(cluster, [`gate of ${holder}`]), wants: afterProbes },
  { name: "gate frozen", cause: ({ cluster, holder }) => freeze(cluster, [`gate of ${holder}`]), wants: afterProbes },
  {
    name: "gate and its witness frozen over the deadline",
    cause: ({ cluster, holder }) => freeze(cluster, [`gate of ${holder}`, `witness of ${holder}`]),
    wants: afterProbes,
  },
  {
    name: "gate told to end",
    cause: ({ cluster, holder }) => cluster.process(`gate of ${holder}`).leave(),
    wants: afterProbes,
  },
  {
    name: "host told to end",
    cause: ({ cluster, holder }) => {
      for (const name of parts(holder)) cluster.process(name).leave();
    },
    wants: another,
  },
  {
    name: "server killed",
    cause: ({ cluster, holder }) => kill(cluster, [`server of ${holder}`]),
    wants: afterProbesAtMost,
  },
  {
    name: "server told to end",
    cause: ({ cluster, holder }) => cluster.process(`server of ${holder}`).leave(),
    wants: afterProbesAtMost,
  },
  {
    name: "server frozen",
    cause: ({ cluster, holder }) => freeze(cluster, [`server of ${holder}`]),
    wants: afterProbes,
  },
];

const OF_LINKS: readonly Fault[] = [
  {
    name: "holder cut from the store",
    cause(scene) {
      for (const host of store(scene)) scene.cluster.network.cut(scene.holder, host);
    },
    wants: another,
  },
  {
    name: "standby cut from the store",
    cause(scene) {
      for (const host of store(scene)) scene.cluster.network.cut(scene.standby, host);
    },
    lasts: [0.5, 1.5],
  },
  { name: "nodes cut from each other", cause: ({ cluster }) => cluster.network.cut("a", "b"), lasts: [0.5, 1.5] },
  {
    name: "holder cut from the sink",
    cause: ({ cluster, holder }) => cluster.network.cut(holder, "sink"),
    lasts: [0.5, 1],
  },
  {
    name: "client cut from the holder",
    cause: ({ cluster, holder }) => cluster.network.cut(holder, "client"),
    lasts: [0.5, 1],
  },
  {
    name: "holder cut from everything",
    cause(scene) {
      const { cluster, holder, standby } = scene;
      for (const host of [standby, ...store(scene), "sink", "client"]) cluster.network.cut(holder, host);
    },
    wants: another,
  },
];

const clockOf = (who: "holder" | "standby"): Fault => ({
  name: `clock of the ${who} an hour off`,
  cause: (scene) => scene.cluster.setClock(scene[who], scene.chance.one([-7_200, -3_600, 0, 3_600, 7_200])),
  lasts: [0.5, 1],
});

const OF_CLOCKS: readonly Fault[] = hasFaketime ? [clockOf("holder"), clockOf("standby")] : [];

const OF_THE_STORE: readonly Fault[] = [
  {
    name: "store killed and started again",
    async cause(scene) {
      await kill(scene.cluster, store(scene));
      await Promise.all(store(scene).map((one) => scene.cluster.process(one).start()));
    },
    lasts: [0.2, 0.5],
  },
  { name: "store killed", cause: (scene) => kill(scene.cluster, store(scene)), wants: nobody, lasts: OUTAGE },
  { name: "store frozen", cause: (scene) => freeze(scene.cluster, store(scene)), wants: nobody, lasts: OUTAGE },
  { name: "store frozen for a moment", cause: (scene) => freeze(scene.cluster, store(scene)), lasts: [0.2, 0.9] },
  {
    name: "holder and store killed together",
    engines: ["embedded", "postgres"],
    async cause(scene) {
      const { cluster, holder } = scene;
      await kill(cluster, [...store(scene), ...parts(holder)]);
      await Promise.all(store(scene).map((one) => cluster.process(one).start()));
    },
    wants: afterBoth,
  },
  {
    name: "holder and a member killed together",
    engines: ["etcd"],
    cause: (scene) => kill(scene.cluster, [member(scene), ...parts(scene.holder)]),
    wants: afterBoth,
  },
  {
    name: "a member killed",
    engines: ["etcd"],
    cause: (scene) => kill(scene.cluster, [member(scene)]),
    lasts: [0.5, 2],
  },
  {
    name: "a member frozen",
    engines: ["etcd"],
    cause: (scene) => freeze(scene.cluster, [member(scene)]),
    lasts: [0.5, 2],
  },
  {
    name: "two members frozen",
    engines: ["etcd"],
    cause: (scene) => freeze(scene.cluster, store(scene).slice(1)),
    wants: nobody,
    lasts: OUTAGE,
  },
  {
    name: "a member cut from the others",
    engines: ["etcd"],
    cause(scene) {
      const alone = member(scene);
      for (const host of store(scene)) if (host !== alone) scene.cluster.network.cut(alone, host);
    },
    lasts: [0.5, 2],
  },
];

const OF_OPERATORS: readonly Fault[] = [
  {
    name: "switchover",
    // Refused when something else has happened to the node or the candidate: that is its right.
    cause: ({ cluster, holder, standby }) => cluster.switchover(holder, standby).catch(() => {}),
    wants: another,
  },
];

const OF_THE_STANDBY: readonly Fault[] = [
  { name: "standby killed", cause: ({ cluster, standby }) => kill(cluster, parts(standby)), lasts: [0.2, 1] },
  { name: "standby frozen", cause: ({ cluster, standby }) => freeze(cluster, parts(standby)), lasts: [0.2, 1.5] },
];

/** What it has seen is on its disk: who is stale is refused by the next one, too. */
const OF_THE_SINK: readonly Fault[] = [
  {
    name: "sink killed and started again",
    async cause({ cluster }) {
      await kill(cluster, ["sink"]);
      await cluster.process("sink").start();
    },
    lasts: [0.2, 0.5],
  },
];

export function faultsFor(engine: EngineName): readonly Fault[] {
  const ofNodes = [...OF_THE_HOLDER, ...OF_THE_STANDBY, ...OF_CLOCKS];
  const all = [...ofNodes, ...OF_LINKS, ...OF_THE_STORE, ...OF_OPERATORS, ...OF_THE_SINK];
  return all.filter(({ engines }) => engines === undefined || engines.includes(engine));
}

/** After which parts of the store may do their work in another order. */
export const isOfTheStore = (fault: Fault): boolean => OF_THE_STORE.includes(fault);

export function sceneOf(cluster: Cluster, chance: Chance, isStoreShaken = false): Scene {
  const holder = cluster.leader();
  if (holder === undefined) throw new Error("Nobody leads, so there is no holder to do something to.");
  return { cluster, holder, standby: NODES.find((node) => node !== holder) as Node, chance, isStoreShaken };
}
