/** What the checker says of histories that were written by hand. */
import { describe, expect, it, test } from "vitest";
import { faultsOf, reignsOf } from "./checker.ts";
import type { Happening } from "./history.ts";

const believed = (at: number, node: string, token: string, until: number): Happening => ({
  at,
  what: "believed",
  node,
  token,
  until,
});
const ended = (at: number, node: string, token: string): Happening => ({ at, what: "ended", node, token });
const granted = (at: number, node: string, token: string): Happening => ({ at, what: "granted", node, token });
const accepted = (at: number, node: string, token: string): Happening => ({ at, what: "accepted", node, token });
const expected = (at: number, leader: "any" | "new" | "none", withinMs: number, more: object = {}): Happening => ({
  at,
  what: "expected",
  because: "a fault",
  leader,
  withinMs,
  ...more,
});

const HANDED_OVER = [
  granted(1, "a", "1"),
  believed(10, "a", "1", 1_710),
  accepted(20, "a", "1"),
  believed(600, "a", "1", 2_310),
  ended(1_000, "a", "1"),
  granted(1_010, "b", "2"),
  believed(1_020, "b", "2", 2_720),
  accepted(1_030, "b", "2"),
];

test("of a lease that was handed over in order it has nothing to say", () => {
  expect(faultsOf(HANDED_OVER)).toEqual([]);
  expect(reignsOf(HANDED_OVER)).toEqual([
    { node: "a", token: 1n, from: 10, to: 1_000 },
    { node: "b", token: 2n, from: 1_020, to: 2_720 },
  ]);
});

test("the order in which processes told what they saw does not matter, but that of the sink's writes does", () => {
  expect(faultsOf([...HANDED_OVER].sort((a, b) => a.what.localeCompare(b.what) || a.at - b.at))).toEqual([]);
  const swapped = [...HANDED_OVER, accepted(1_040, "a", "1")];
  expect(faultsOf(swapped)).toEqual([expect.stringContaining("The token went back: a write of a with 1")]);
});

describe("two that lead at once", () => {
  it("are found, to the millisecond", () => {
    const history = [believed(0, "a", "1", 1_700), believed(1_500, "b", "2", 3_000)];
    expect(faultsOf(history)).toEqual(["Two led for 200.0 ms: a with 1 and b with 2."]);
  });
  it("are not there when the first knew its deadline, and said nothing any more because it was frozen", () => {
    const history = [believed(0, "a", "1", 1_700), believed(2_000, "b", "2", 3_000), ended(5_000, "a", "1")];
    expect(faultsOf(history)).toEqual([]);
  });
  it("are found when a renewal made the first one's time longer", () => {
    const history = [believed(0, "a", "1", 1_700), believed(900, "a", "1", 2_600), believed(2_000, "b", "2", 3_000)];
    expect(faultsOf(history)).toEqual([expect.stringContaining("for 600.0 ms")]);
  });
  it("are found when one reign lies over several others", () => {
    const history = [believed(0, "a", "1", 9_000), believed(2_000, "b", "2", 3_000), believed(4_000, "b", "3", 5_000)];
    expect(faultsOf(history)).toHaveLength(2);
  });
  it("are not one node that was given its lease anew, or was silent over its deadline", () => {
    const history = [believed(0, "a", "1", 1_000), believed(1_500, "a", "1", 2_500), believed(2_600, "a", "2", 3_000)];
    expect(faultsOf(history)).toEqual([]);
    expect(reignsOf(history).map(({ from, to }) => [from, to])).toEqual([
      [0, 1_000],
      [1_500, 2_500],
      [2_600, 3_000],
    ]);
  });
});

describe("a token", () => {
  it("is of one holder", () => {
    const history = [accepted(1, "a", "1"), accepted(2, "b", "1")];
    expect(faultsOf(history)).toEqual(["The token 1 is a's, and b wrote with it."]);
  });
  it("that nobody was given is nobody's, and said of once", () => {
    const history = [granted(0, "a", "1"), accepted(1, "a", "1"), accepted(2, "a", "99"), accepted(3, "a", "99")];
    expect(faultsOf(history)).toEqual(["a wrote with the token 99, which nobody was given."]);
  });
});

describe("what was to be expected", () => {
  const reign = [believed(0, "a", "1", 2_000), believed(3_000, "b", "2", 4_000)];
  it.each<[string, Happening, number, number?]>([
    ["another leads in time", expected(100, "new", 3_000, { token: "1" }), 0],
    ["another leads too late", expected(100, "new", 2_000, { token: "1" }), 1],
    ["another leads later by what the machine stood still", expected(100, "new", 2_000, { token: "1" }), 0, 1_000],
    ["the one that led goes on", expected(100, "any", 10), 0],
    ["nobody leads in time", expected(2_100, "any", 800), 1],
    ["nobody leads, as it should be", expected(0, "none", 2_900, { afterMs: 2_100 }), 0],
    ["somebody leads who should not", expected(0, "none", 3_100, { afterMs: 2_100 }), 1],
  ])("%s", (_, wanted, faults, ms = 0) => {
    expect(faultsOf([...reign, wanted, { at: 1_500, what: "stalled", ms }])).toHaveLength(faults);
  });
});
