import { expect, test } from "vitest";
import { type Glimpse, gapOf } from "./gap.ts";

/** Each look takes 4 ms. */
const looks = (...leaders: readonly (readonly [at: number, leader: string | undefined])[]): readonly Glimpse[] =>
  leaders.map(([askedAt, leader]) => ({ askedAt, answeredAt: askedAt + 4, leader }));

test("the gap lies between the last look at the old leader and the first at the new one", () => {
  expect(gapOf(looks([0, "a"], [10, "a"], [20, undefined], [30, undefined], [40, "b"], [50, "b"]), "b")).toEqual({
    atLeastMs: 6,
    atMostMs: 34,
  });
});

test("a change between two looks was as short as the way from one to the other", () => {
  expect(gapOf(looks([0, "a"], [10, "b"]), "b")).toEqual({ atLeastMs: 0, atMostMs: 14 });
});

test("the old leader that was seen once more takes the beginning of the gap along", () => {
  expect(gapOf(looks([0, "a"], [10, undefined], [20, "a"], [30, undefined], [40, "b"]), "b")).toEqual({
    atLeastMs: 0,
    atMostMs: 24,
  });
});

test("without a new leader, or an old one, there is no figure", () => {
  expect(gapOf(looks([0, "a"], [10, undefined]), "b")).toBeUndefined();
  expect(gapOf(looks([0, undefined], [10, "b"]), "b")).toBeUndefined();
  expect(gapOf([], "b")).toBeUndefined();
});
