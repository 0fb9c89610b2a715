/** `npm run chaos:timing -- --engine etcd --times 20`: how long until another leads, by the fault; and until a client's write is done again. */
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Chance } from "../fixtures/chance.ts";
import { Cluster } from "./cluster.ts";
import { ENGINES, type EngineName } from "./engines.ts";
import { type Scene, sceneOf } from "./faults.ts";
import type { Happening } from "./history.ts";
import { noNetwork } from "./network.ts";
import { spread } from "./report.ts";

type Cause = (scene: Scene) => unknown;

const CAUSES: Readonly<Record<string, Cause>> = {
  "kill -9 of the holder's host": ({ cluster, holder }) =>
    [`agent of ${holder}`, `gate of ${holder}`, `server of ${holder}`].map((name) => cluster.process(name).kill()),
  "kill -9 of its agent": ({ cluster, holder }) => cluster.process(`agent of ${holder}`).kill(),
  "SIGTERM to its agent": ({ cluster, holder }) => cluster.process(`agent of ${holder}`).leave(),
  "SIGSTOP of its agent": ({ cluster, holder }) => cluster.process(`agent of ${holder}`).signal("SIGSTOP"),
  switchover: ({ cluster, holder, standby }) => cluster.switchover(holder, standby),
  "cut from the store": ({ cluster, holder }) => {
    for (const host of cluster.engine.hosts) cluster.network.cut(holder, host);
  },
};

const MAX_TRIES = 2;

interface Took {
  readonly leads: number;
  readonly writes: number;
}

async function once(scene: Scene, name: string, cause: Cause): Promise<Took | undefined> {
  const { cluster, holder, standby } = scene;
  const { history } = cluster;
  const from = history.happenings.length;
  if (name !== "switchover") history.add({ what: "fault", fault: name, holder });
  const caused = Promise.resolve(cause(scene));
  // Looked at below; until then it is nobody's.
  caused.catch(() => {});
  const firstOf = (wanted: (one: Happening) => boolean) => history.happenings.slice(from).find(wanted)?.at;
  const leads = () => firstOf((one) => one.what === "page" && one.node === standby && one.page === "primary");
  const writes = () => firstOf((one) => one.what === "accepted" && one.node === standby);
  await history.until(() => leads() !== undefined && writes() !== undefined, 5 * cluster.ttlMs);
  await caused;
  const at = firstOf(({ what }) => what === "fault") ?? 0;
  const [led, wrote] = [leads(), writes()];
  return led === undefined || wrote === undefined ? undefined : { leads: led - at, writes: wrote - at };
}

async function measured(cluster: Cluster, name: string, cause: Cause, times: number): Promise<string> {
  const took: Took[] = [];
  let tries = 0;
  for (; tries < MAX_TRIES * times && took.length < times; tries++) {
    await cluster.mend();
    if (!(await cluster.calm())) throw new Error(`No rest.\n${cluster.lastWords()}`);
    // Rest comes soon after a promotion: the fault shall come at any time between two renewals.
    await pause(chance.between(0, cluster.ttlMs / 3));
    // A switchover is refused where a busy machine has cost the holder its lease just now.
    const one = await once(sceneOf(cluster, chance), name, cause).catch(() => undefined);
    if (one !== undefined) took.push(one);
  }
  const [leads, writes] = [spread(took.map((one) => one.leads)), spread(took.map((one) => one.writes))];
  return `| ${cluster.engine.name}, ttl ${cluster.ttlMs} ms | ${name} | ${leads} | ${writes} | ${took.length} of ${tries} |`;
}

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "embedded" },
    times: { type: "string", default: "20" },
    only: { type: "string", default: "" },
    ttl: { type: "string" },
  },
});
const chance = new Chance(1);
const engine = ENGINES[values.engine as EngineName];
const missing = engine === undefined ? "has no such engine" : (noNetwork() ?? engine.missing());
if (missing !== undefined) {
  console.error(`chaos:timing: ${missing}.`);
  process.exit(2);
}
const ttl = values.ttl === undefined ? {} : { ttlMs: Number(values.ttl) };
const opening = Cluster.open({ engine, watchMs: 5, isTimed: true, ...ttl });
const stop = async () => {
  // One that was still being opened, and has been stopped too, has cleared away after itself.
  await opening.then((opened) => opened[Symbol.asyncDispose]()).catch(() => {});
  process.exit(130);
};
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());
await using cluster = await opening;
console.log(
  "| engine | fault | another leads after, ms (min/median/max) | a write is done after, ms | |\n| --- | --- | --- | --- | --- |",
);
for (const [name, cause] of Object.entries(CAUSES)) {
  if (name.includes(values.only)) console.log(await measured(cluster, name, cause, Number(values.times)));
}
