import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calls, rowsOf } from "../../testing/traffic.ts";
import { isFiring } from "../evaluate/budget.ts";
import { type JudgedMinute, judgeMinutes } from "../evaluate/minutes.ts";
import { objective } from "../objective/objective.ts";
import { follow, LOOK_BACK, NO_TROUBLE } from "./incidents.ts";

const NOW = 29_000_000;
const errors = objective({ name: "pays", server: "shop", kind: "errors", objective: 0.99 });

/** So many good and bad calls in each minute from `at` on, `at` in minutes after NOW. */
const run = (at: number, minutes: number, good: number, bad: number): readonly JudgedMinute[] =>
  Array.from({ length: minutes }, (_, i) => ({ minute: NOW + at + i, good, bad }));

const told = (minutes: readonly JudgedMinute[], to = 1_000) =>
  follow(errors, minutes, { from: NOW, to: NOW + to }, NO_TROUBLE);

describe("an incident", () => {
  const before = run(-LOOK_BACK, LOOK_BACK + 100, 10, 0);

  it("begins with the first bad minute, not when the alarm noticed, and ends after the last one", () => {
    const { ended, track } = told([...before, ...run(100, 20, 0, 10), ...run(120, 880, 10, 0)]);
    expect(ended).toEqual([{ from: NOW + 100, to: NOW + 120, bad: 200, worst: 100 }]);
    expect(track).toEqual(NO_TROUBLE);
  });

  it("is one, when it comes back within half an hour, and two after that", () => {
    const again = (gap: number) => [
      ...run(100, 20, 0, 10),
      ...run(120, gap, 10, 0),
      ...run(120 + gap, 20, 0, 10),
      ...run(140 + gap, 500, 10, 0),
    ];
    for (const gap of [25, 30]) expect(told([...before, ...again(gap)]).ended).toHaveLength(1);
    expect(told([...before, ...again(31)]).ended).toHaveLength(2);
    expect(told([...before, ...again(300)]).ended).toHaveLength(2);
  });

  it("is none, when bad calls are few among many", () => {
    expect(told([...before, ...run(100, 900, 200, 1)]).ended).toEqual([]);
  });

  it("needs trouble that still goes on: an alert does not fire where the short window has no calls at all", () => {
    const [page] = errors.alerts;
    if (page === undefined) throw new Error("There is no alert.");
    expect(isFiring(page, { [page.long]: 100, [page.short]: 100 })).toBe(true);
    expect(isFiring(page, { [page.long]: 100, [page.short]: undefined })).toBe(false);
  });

  it("is open as long as it goes on", () => {
    const { ended, track } = told([...before, ...run(100, 60, 0, 10)], 160);
    expect(ended).toEqual([]);
    expect(track).toEqual({ isOpen: true, trouble: { from: NOW + 100, to: NOW + 160, bad: 600, worst: 100 } });
  });

  it("is the same whether it is followed minute by minute, with breaks, or afterwards at once", () => {
    const span = 2_000;
    const stops = fc
      .uniqueArray(fc.integer({ min: 1, max: span - 1 }), { maxLength: 5 })
      .map((all) => all.sort((a, b) => a - b));
    const lenient = objective({ name: "pays", server: "shop", kind: "errors", objective: 0.99, minEvents: 3 });
    fc.assert(
      fc.property(calls(NOW + span, span + LOOK_BACK, 300), stops, (all, cuts) => {
        const minutes = judgeMinutes(lenient, rowsOf(all), []);
        const atOnce = follow(lenient, minutes, { from: NOW, to: NOW + span }, NO_TROUBLE);
        let track = NO_TROUBLE;
        const ended = [0, ...cuts].flatMap((cut, i) => {
          const [from, to] = [NOW + cut, NOW + (cuts[i] ?? span)];
          const near = minutes.filter(({ minute }) => minute >= from - LOOK_BACK && minute < to);
          const part = follow(lenient, near, { from, to }, track);
          track = part.track;
          return part.ended;
        });
        expect({ track, ended }).toEqual(atOnce);
        for (const { from, to, bad } of ended) expect(bad).toBe(badWithin(minutes, from, to));
      }),
      { numRuns: 60 },
    );
  });

  const badWithin = (minutes: readonly JudgedMinute[], from: number, to: number) =>
    minutes.filter(({ minute }) => minute >= from && minute < to).reduce((sum, { bad }) => sum + bad, 0);
});
