import fc from "fast-check";
import { expect, test } from "vitest";
import { chaos, oneAtATime, oneInTheEnd, play } from "../../testing/chaos.ts";
import { CHAOS_SETTINGS } from "../../testing/faults.ts";
import { SafetyBroken } from "../../testing/safety-broken.ts";
import { World } from "../../testing/world.ts";
import type { State } from "./state.ts";

/** More with `npm run test:deep`. */
const RUNS = 60;

test("whatever happens, at most one node or its server believes at any time that it leads, and tokens only grow", () => {
  fc.assert(fc.property(chaos, oneAtATime), { numRuns: RUNS });
});

test("whatever happened, one node leads soon after all is well again", () => {
  fc.assert(fc.property(chaos, oneInTheEnd), { numRuns: RUNS });
});

/** A holder that is cut off, while another node waits for the lease. */
function partition(mutate?: (state: State) => State, counter = 0n): World {
  const world = new World(mutate);
  world.store.counter = counter;
  const settings = { ...CHAOS_SETTINGS, fencing: false };
  for (const name of ["a", "b"]) {
    const node = world.add(name, settings);
    node.happen({ kind: "lagged", syncLagMs: 0 });
    for (let n = 0; n < 2; n += 1) node.happen({ kind: "probed", probe: "passing" });
    world.run(1_000);
  }
  const a = world.nodes.get("a");
  if (a !== undefined) a.cut = "both";
  world.run(8_000);
  return world;
}

const withoutDeadline = (state: State): State => {
  const { stand } = state;
  if (!("tenure" in stand)) return state;
  const tenure = { ...stand.tenure, askedAt: 1e9, deadline: Number.POSITIVE_INFINITY };
  return { ...state, stand: { ...stand, tenure } };
};

test("an elector without its deadline is found out: by a partition, and by chance", () => {
  expect(partition().promotions.map(({ node }) => node)).toEqual(["a", "b"]);
  expect(() => partition(withoutDeadline)).toThrow(SafetyBroken);
  const found = fc.check(
    fc.property(chaos, (scene) => void play(scene, withoutDeadline)),
    { numRuns: RUNS },
  );
  expect(found.failed).toBe(true);
});

/** Two nodes take turns, and then the store comes back from an old backup. */
function restored(mutate?: (state: State) => State): bigint[] {
  const world = partition(mutate, 40n);
  world.store.restore(0n);
  world.run(20_000);
  return world.promotions.map(({ token }) => token);
}

const withoutTokenCheck = (state: State): State => ({ ...state, memory: { ...state.memory, highestToken: 0n } });

test("an elector without its token check is found out: it leads with a smaller token after a restore", () => {
  expect(restored()).toEqual([41n, 42n]);
  const tokens = restored(withoutTokenCheck);
  expect(tokens.slice(0, 2)).toEqual([41n, 42n]);
  expect(tokens[2]).toBe(1n);
});

test("an arbiter that forgets a lease is found out", () => {
  const world = new World();
  for (const name of ["a", "b"]) {
    const node = world.add(name, { ...CHAOS_SETTINGS, fencing: false });
    node.happen({ kind: "lagged", syncLagMs: 0 });
    for (let n = 0; n < 2; n += 1) node.happen({ kind: "probed", probe: "passing" });
  }
  world.run(2_000);
  world.store.forget();
  expect(() => world.run(2_000)).toThrow(SafetyBroken);
});
