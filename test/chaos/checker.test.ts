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
const called = (at: number, node: string, token: string, begun: number): Happening => ({
  at,
  what: "called",
  node,
  token,
  begun,
});
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
  it("that was given to two is found though neither does anything with it", () => {
    const history = [granted(0, "a", "1"), granted(2_000, "b", "1")];
    expect(faultsOf(history)).toEqual(["The token 1 was given twice: to a and to b."]);
  });
  it("leads nobody else, though nothing is written", () => {
    const history = [granted(0, "a", "1"), believed(10, "a", "1", 500), believed(2_000, "b", "1", 3_000)];
    expect(faultsOf(history)).toEqual(["The token 1 is a's, and b led with it."]);
  });
  it("does not go back from one reign to the next, though nothing is written", () => {
    const history = [believed(0, "a", "5", 1_000), believed(2_000, "b", "3", 3_000)];
    expect(faultsOf(history)).toEqual(["The token went back: b led with 3 after a with 5."]);
  });
});

describe("a gate", () => {
  const reigns = [believed(0, "a", "1", 1_700), believed(2_000, "b", "2", 9_000)];
  it("that lets in what began after another led is found, though the sink has seen no newer token", () => {
    const history = [...reigns, called(2_110, "a", "1", 2_100), accepted(2_120, "a", "1")];
    expect(faultsOf(history)).toEqual(["a let a call in under 1 that began 100.0 ms after b led with 2."]);
  });
  it("may be behind the witness of its own node, which leads by a newer lease", () => {
    const again = [believed(0, "a", "1", 1_700), believed(1_800, "a", "2", 9_000)];
    expect(faultsOf([...again, called(1_820, "a", "1", 1_810)])).toEqual([]);
  });
  it("has let in before what a server that was frozen looks at later", () => {
    expect(faultsOf([...reigns, called(5_000, "a", "1", 1_600), called(2_200, "b", "2", 2_100)])).toEqual([]);
  });
});

describe("what was to be expected", () => {
  const reign = [believed(0, "a", "1", 1_900), believed(105, "a", "1", 2_000), believed(3_000, "b", "2", 4_000)];
  it.each<[string, Happening, number, number?]>([
    ["another leads in time", expected(100, "new", 3_000, { token: "1" }), 0],
    ["another leads too late", expected(100, "new", 2_000, { token: "1" }), 1],
    ["another leads later by what the machine stood still", expected(100, "new", 2_000, { token: "1" }), 0, 1_000],
    ["the run was broken off before another had to lead", expected(2_000, "new", 9_000, { token: "2" }), 0],
    ["the one that led goes on", expected(100, "any", 10), 0],
    ["what the machine stood still before does not count", expected(1_400, "new", 1_000, { token: "1" }), 1, 1_000],
    ["nobody says any more that it leads, though a deadline is still to come", expected(1_500, "any", 1_000), 1],
    ["nobody leads in time", expected(2_100, "any", 800), 1],
    ["nobody leads, as it should be", expected(0, "none", 2_900, { afterMs: 2_100 }), 0],
    ["what must not be is not looked for any longer", expected(0, "none", 2_900, { afterMs: 2_100 }), 0, 1_000],
    ["somebody leads who should not", expected(0, "none", 3_100, { afterMs: 2_100 }), 1],
  ])("%s", (_, wanted, faults, ms = 0) => {
    expect(faultsOf([...reign, wanted, { at: 1_500, what: "stalled", ms }])).toHaveLength(faults);
  });
  it("comes later also by what the machine stood still in the time that it was given for that", () => {
    const wanted = expected(100, "new", 1_900, { token: "1" });
    const stalled = (...ends: readonly number[]) => ends.map((at): Happening => ({ at, what: "stalled", ms: 400 }));
    expect(faultsOf([...reign, wanted, ...stalled(1_000)])).toHaveLength(1);
    expect(faultsOf([...reign, wanted, ...stalled(1_000, 2_400, 2_800)])).toEqual([]);
  });
});
