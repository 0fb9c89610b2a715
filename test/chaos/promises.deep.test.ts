/** What failover promises, each by a story that is played to the real build, and to one without what the promise rests on. */
import { describe, expect, onTestFinished, test } from "vitest";
import { Chance } from "../fixtures/chance.ts";
import { hasFaketime } from "./cast.ts";
import { faultsOf, reignsOf } from "./checker.ts";
import { Cluster } from "./cluster.ts";
import { ENGINES } from "./engines.ts";
import { sceneOf } from "./faults.ts";
import { MUTATIONS, Mutant } from "./mutations.ts";
import { noNetwork } from "./network.ts";
import {
  checkPauseWrite,
  cutAndGoingOn,
  cutFromTheStore,
  forgedTokens,
  frozenAgent,
  restartedArbiter,
  type Schedule,
} from "./schedules.ts";

const missing = noNetwork();
if (missing !== undefined) console.log(`chaos: skipped: ${missing}.`);
const MARGIN_MS = 400;
/** Long enough that a busy machine costs nobody the lease. */
const TTL_MS = 4_000;
/** Only to end what never will be. */
const PATIENCE_MS = 120_000;
/** … and that an arbiter is back while the holder still may lead. */
const LONG_TTL_MS = 6_000;
/**
 * A machine that stands still for longer than a lease lasts costs the holder its lease, and whoever may lead too long by
 * then does not find out: they say nothing about safety where that happens, and are played once more.
 */
const STANDSTILL = { retry: 1 };

async function played(schedule: Schedule, root?: string, ttlMs = TTL_MS): Promise<Cluster> {
  const cluster = await Cluster.open({ engine: ENGINES.embedded, ttlMs, ...(root && { root }) });
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  // With forged tokens let in, nobody may write any more before the cluster is calm.
  if (schedule !== forgedTokens && !(await cluster.calm())) throw new Error(cluster.lastWords());
  await cluster.history.until(() => cluster.leader() !== undefined, PATIENCE_MS);
  await schedule(sceneOf(cluster, new Chance(1)));
  return cluster;
}

describe.skipIf(missing !== undefined)("the real build", () => {
  test("H2: a leader that is cut from its store has stopped before another leads, by the margin", async () => {
    const { history } = await played(cutFromTheStore);
    expect(faultsOf(history.happenings)).toEqual([]);
    const [last, next] = reignsOf(history.happenings).slice(-2);
    expect((next?.from ?? 0) - (last?.to ?? 0)).toBeGreaterThanOrEqual(MARGIN_MS);
  });

  test("H1: a gate whose node was replaced lets nothing in, whatever the sink would say", async () => {
    const { history } = await played(cutAndGoingOn);
    expect(faultsOf(history.happenings)).toEqual([]);
    expect(history.happenings.some(({ what }) => what === "called")).toBe(true);
  });

  test("H7: an arbiter that is killed and started again shortens no lease", async () => {
    const { history } = await played(restartedArbiter, undefined, LONG_TTL_MS);
    expect(faultsOf(history.happenings)).toEqual([]);
    // Of a lease that was shortened, two would have led at once.
    expect(reignsOf(history.happenings).length).toBeGreaterThan(1);
  });

  test.skipIf(!hasFaketime)(
    "H8: the time of day goes an hour forth and an hour back, and the holder keeps its lease",
    STANDSTILL,
    async () => {
      const { history } = await played(
        async ({ cluster, holder }) => {
          for (const seconds of [3_600, -3_600, 0]) {
            const from = cluster.history.happenings.length;
            cluster.setClock(holder, seconds);
            const isNoticed = () => cluster.history.happenings.slice(from).some(({ what }) => what === "tilted");
            expect(await cluster.history.until(isNoticed, PATIENCE_MS)).toBe(true);
            expect(await cluster.calm()).toBe(true);
          }
        },
        undefined,
        LONG_TTL_MS,
      );
      expect(faultsOf(history.happenings)).toEqual([]);
      expect(new Set(reignsOf(history.happenings).map(({ token }) => token)).size).toBe(1);
    },
  );

  test("H1: a write that was under way in a frozen server is refused by the sink", async () => {
    const { history } = await played(checkPauseWrite);
    expect(faultsOf(history.happenings)).toEqual([]);
  });

  test("H1: a frozen agent leaves nobody who believes it, and a client's own tokens reach nobody", async () => {
    const { history } = await played(async (scene) => {
      await forgedTokens(scene);
      await frozenAgent(scene);
    });
    expect(faultsOf(history.happenings)).toEqual([]);
    expect(reignsOf(history.happenings).length).toBeGreaterThan(1);
  });
});

describe.skipIf(missing !== undefined)("the checker sees it when there is no more", () => {
  const cases: readonly [keyof typeof MUTATIONS, Schedule, RegExp, number?][] = [
    ["the agent's deadline", cutFromTheStore, /^Two led for/],
    ["the gate's deadline", frozenAgent, /^Two led for/],
    ["the gate's look at the role", cutAndGoingOn, /^a let a call in|^b let a call in/],
    ["the token check", checkPauseWrite, /^The token went back/],
    ["the restart grace", restartedArbiter, /^Two led for/, LONG_TTL_MS],
    ["the token stripping", forgedTokens, /which nobody was given/],
  ];
  test.each(cases)("%s", STANDSTILL, async (name, schedule, found, ttlMs) => {
    using mutant = new Mutant(MUTATIONS[name]);
    const { history } = await played(schedule, mutant.root, ttlMs);
    expect(faultsOf(history.happenings)).toContainEqual(expect.stringMatching(found));
  });
});
