import { BURN_WINDOWS, type BurnWindow, SLO_KINDS, SLO_WINDOWS } from "@mcp-ops/formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minuteOf, slowCalendar } from "../../testing/calendar.ts";
import { bruteForce } from "../../testing/oracle.ts";
import { calls, probes, rowsOf } from "../../testing/traffic.ts";
import type { Calendar, Minute } from "../calendar.ts";
import { type Objective, type ObjectiveOptions, objective } from "../objective/objective.ts";
import { evaluate, type SumOf } from "./evaluate.ts";
import { type JudgedMinute, judgeMinutes, type OutcomeRow } from "./minutes.ts";

const UTC = slowCalendar("UTC");
const NOW = minuteOf("2026-11-21T12:00Z");
const DAY = BURN_WINDOWS["1d"];

function sumOf(minutes: readonly JudgedMinute[]): SumOf {
  return (from, to) => {
    const within = minutes.filter(({ minute }) => minute >= from && minute < to);
    const total = (pick: (one: JudgedMinute) => number) => within.reduce((sum, one) => sum + pick(one), 0);
    return { good: total(({ good }) => good), bad: total(({ bad }) => bad) };
  };
}

const errors = (over: Partial<ObjectiveOptions> = {}) =>
  objective({ name: "pays", server: "shop", kind: "errors", objective: 0.99, ...over });
const available = (over: Partial<ObjectiveOptions> = {}) =>
  objective({ name: "is-up", server: "shop", kind: "availability", objective: 0.999, ...over });

interface Setting {
  readonly now?: Minute;
  readonly since?: Minute;
  readonly calendar?: Calendar;
  readonly isUp?: boolean | undefined;
}

function stateOf(one: Objective, minutes: readonly JudgedMinute[], setting: Setting = {}) {
  const moment = { now: NOW, since: 0, calendar: UTC, isUp: true, ...setting };
  return evaluate(one, sumOf(minutes), moment);
}

/** So many good and bad events in each minute from `from` minutes ago on. */
function run(fromAgo: number, minutes: number, good: number, bad: number, now = NOW): readonly JudgedMinute[] {
  return Array.from({ length: minutes }, (_, i) => ({ minute: now - fromAgo + i, good, bad }));
}

describe("against brute force over every single call", () => {
  const zones = ["UTC", "Europe/Vienna", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago"].map(slowCalendar);
  // Around changes of clocks, the ends of months and of a year.
  const moments = [
    "2026-03-29T01:00Z",
    "2026-10-25T00:59Z",
    "2026-10-31T23:30Z",
    "2026-11-01T00:00Z",
    "2027-01-01T04:59Z",
  ];

  it("good and bad, what is left of the budget, and each burn rate are the same", () => {
    const situation = fc
      .constantFrom(...moments)
      .map(minuteOf)
      .chain((moment) => fc.integer({ min: -900, max: 900 }).map((shift) => moment + shift))
      .chain((now) =>
        fc.record({ now: fc.constant(now), all: calls(now, 32 * DAY, 120), probed: probes(now, 32 * DAY, 60) }),
      );
    const choice = fc.record({
      kind: fc.constantFrom(...SLO_KINDS),
      target: fc.constantFrom(undefined, "pay"),
      window: fc.constantFrom(...SLO_WINDOWS),
      whenAbsent: fc.constantFrom("down" as const, "ignored" as const),
      share: fc.constantFrom(0.9, 0.99, 0.999, 0.9995),
      minEvents: fc.constantFrom(1, 5),
      zone: fc.constantFrom(...zones),
      sinceAgo: fc.integer({ min: 0, max: 40 * DAY }),
    });
    fc.assert(
      fc.property(
        situation,
        choice,
        ({ now, all, probed }, { kind, target, window, whenAbsent, share, minEvents, zone, sinceAgo }) => {
          const isLatency = kind === "latency";
          const one = objective({
            ...{ name: "x", server: "shop", kind, target, window, objective: share, minEvents },
            ...(isLatency && { thresholdMs: 250 }),
            ...(kind === "availability" && { whenAbsent }),
          });
          const asked = { kind, target, whenAbsent, thresholdUs: 250_000 };
          const count = (from: Minute, to: Minute) => bruteForce(asked, all, probed, from, to);
          const since = now - sinceAgo;
          const minutes = judgeMinutes(one, rowsOf(all), probed);
          const state = evaluate(one, sumOf(minutes), { now, since, calendar: zone, isUp: true });

          const [from, toCome] = windowAt(window, now, since, zone);
          const { good, bad } = count(from, now);
          expect(state).toMatchObject({ good, total: good + bad });
          const base = good + bad + (kind === "availability" && good + bad > 0 ? toCome : 0);
          if (base === 0) expect(state.budgetRemaining).toBeUndefined();
          else expectNear(state.budgetRemaining, 1 - bad / (base * (1 - share)));

          for (const [name, length] of Object.entries(BURN_WINDOWS) as [BurnWindow, number][]) {
            const recent = count(now - length, now);
            const isEnough = recent.good + recent.bad >= (["5m", "30m", "2h"].includes(name) ? 1 : minEvents);
            const rate = recent.bad / (recent.good + recent.bad) / (1 - share);
            if (isEnough) expectNear(state.burnRates[name], rate);
            else expect(state.burnRates).not.toHaveProperty(name);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  /** Figures have six digits. */
  function expectNear(figure: number | undefined, exact: number): void {
    expect(Math.abs((figure ?? Number.NaN) - exact)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(exact)));
  }

  function windowAt(window: string, now: Minute, since: Minute, zone: Calendar): [from: Minute, toCome: Minute] {
    const days = window === "28d" ? 28 : 30;
    if (window !== "month") return [now - days * DAY, Math.max(0, Math.min(now, since) - (now - days * DAY))];
    const month = (minute: Minute) => zone.dayOf(minute).slice(0, 7);
    let [from, to] = [now, now];
    while (month(from - 15) === month(now)) from -= 15;
    while (month(from - 1) === month(now)) from--;
    while (month(to) === month(now)) to += 15;
    while (month(to - 1) !== month(now)) to--;
    return [from, to - now];
  }
});

describe("an objective", () => {
  it("is met while its budget lasts, to the last event, and missed with the next", () => {
    const thousand = run(3_000, 990, 1, 0);
    const good = errors({ objective: 0.99 });
    expect(stateOf(good, [...thousand, ...run(20_000, 10, 0, 1)])).toMatchObject({ state: "met", total: 1_000 });
    expect(stateOf(good, [...thousand, ...run(20_000, 11, 0, 1)])).toMatchObject({
      state: "missed",
      note: "11 calls bad, and 10 may be: the error budget is used up.",
    });
  });

  it("counts one of ten as allowed at 0.9, whatever binary fractions make of it", () => {
    const nine = errors({ objective: 0.9, minEvents: 10 });
    const state = stateOf(nine, [...run(9_000, 9, 1, 0), ...run(8_000, 1, 0, 1)]);
    expect(state).toMatchObject({ state: "met", budgetRemaining: 0 });
  });

  it("whose budget burns fast is at risk, and not before it does so over both windows", () => {
    const hour = run(60, 55, 10, 0);
    const burst = [...run(5 * DAY, DAY, 10, 0), ...hour, ...run(5, 5, 0, 30)];
    expect(stateOf(errors(), burst)).toMatchObject({
      state: "at-risk",
      note: "The error budget burns 21.4 times faster than allowed (over 1h).",
    });
    const over = [...run(5 * DAY, 5 * DAY - 70, 10, 0), ...run(70, 5, 0, 30), ...run(65, 65, 10, 0)];
    expect(stateOf(errors(), over)).toMatchObject({ state: "met" });
  });

  it("with a handful of calls of which one failed calls nobody", () => {
    const few = [...run(20 * DAY, 100, 1, 0), ...run(50, 6, 1, 0), ...run(3, 1, 0, 1)];
    expect(stateOf(errors(), few)).toMatchObject({ state: "met", burnRates: { "5m": expect.any(Number) } });
    expect(stateOf(errors(), few).burnRates).not.toHaveProperty("1h");
  });

  it("with a handful of calls that all failed is at risk, although no rate can be told", () => {
    const failing = [...run(20 * DAY, 1_000, 1, 0), ...run(1_000, 1, 0, 1), ...run(500, 1, 0, 1), ...run(100, 1, 0, 1)];
    expect(stateOf(errors(), failing)).toMatchObject({ state: "at-risk", note: "All of the last 3 calls failed." });
    expect(stateOf(errors(), failing.slice(0, -1))).toMatchObject({ state: "met" });
  });

  it("says nothing where there is too little to say", () => {
    expect(stateOf(errors(), [])).toMatchObject({
      ...{ state: "not enough data", good: 0, total: 0, burnRates: {} },
      note: "No call of shop is recorded. If it has any, see that its journal is on.",
    });
    expect(stateOf(errors(), run(100, 3, 1, 0))).toMatchObject({
      state: "not enough data",
      note: "Only 3 calls so far; from 20 on something can be said.",
    });
  });
});

describe("a server that is down", () => {
  const healthyWeeks = run(20 * DAY, 1_000, 1, 0);

  it("gets no calls, and is not said to keep its promise about calls", () => {
    expect(stateOf(errors(), healthyWeeks, { isUp: true })).toMatchObject({ state: "met" });
    for (const isUp of [false, undefined]) {
      expect(stateOf(errors(), healthyWeeks, { isUp })).toMatchObject({
        state: "not enough data",
        note: "No call of shop for an hour, and it is not known to be up: no news is no good news.",
      });
    }
  });

  it("misses its availability by what the probes find, without a single call", () => {
    const probed = Array.from({ length: 100 }, (_, i) => ({
      ...{ minute: NOW - 100 + i, server: "shop", answered: 0 },
      silent: i < 50 ? 4 : 0,
      absent: i < 50 ? 0 : 4,
    }));
    const down = (whenAbsent: "down" | "ignored") => {
      const one = available({ whenAbsent });
      return stateOf(one, judgeMinutes(one, [], probed), { isUp: false });
    };
    expect(down("down")).toMatchObject({ state: "missed", good: 0, total: 100 });
    expect(down("ignored")).toMatchObject({ good: 0, total: 50 });
  });

  it("is not said to be available when nobody has looked", () => {
    const one = available();
    expect(stateOf(one, run(20 * DAY, 5 * DAY, 1, 0), { isUp: undefined })).toMatchObject({
      state: "not enough data",
      note: "Nobody has watched shop for an hour.",
    });
  });
});

describe("a minute of availability", () => {
  const one = available();
  const row = (status: OutcomeRow["status"], count: number): OutcomeRow => {
    return { minute: NOW, server: "shop", target: "pay", status, count, latencies: [[10, count]] };
  };
  const probe = (answered: number, silent: number) => [{ minute: NOW, server: "shop", answered, silent, absent: 0 }];
  const isGood = (rows: readonly OutcomeRow[], probed = probe(0, 0)) => judgeMinutes(one, rows, probed)[0]?.good;

  it("is bad when more than half of its calls failed, though the port answers", () => {
    expect(isGood([row("timeout", 3), row("success", 2)], probe(4, 0))).toBe(0);
    expect(isGood([row("timeout", 2), row("success", 2)], probe(0, 4))).toBe(1);
  });

  it("is told by the probes where no call says anything: a client's nonsense is no sign of life", () => {
    expect(isGood([row("validation", 9), row("cancelled", 9), row("lost", 1)], probe(0, 4))).toBe(0);
    expect(isGood([row("denied", 9)], probe(4, 0))).toBe(1);
    expect(isGood([row("validation", 9)])).toBeUndefined();
  });
});

describe("a window that is not full yet", () => {
  it("has the budget of a full one: ten minutes down on the first day are not the end of the month", () => {
    const firstDay = [...run(DAY, DAY - 10, 1, 0), ...run(10, 10, 0, 1)];
    for (const window of ["30d", "28d"] as const) {
      expect(stateOf(available({ window }), firstDay, { since: NOW - DAY }).budgetRemaining).toBeGreaterThan(0.7);
    }
    const now = minuteOf("2026-11-01T10:00Z");
    const month = stateOf(available({ window: "month" }), run(100, 20, 0, 1, now), { now });
    expect(month.budgetRemaining).toBeGreaterThan(0.5);
  });

  it("begins anew with the month of the zone, not of UTC", () => {
    const now = minuteOf("2026-10-31T23:30Z");
    const bad = run(60, 30, 0, 1, now);
    const monthly = available({ window: "month" });
    expect(stateOf(monthly, bad, { now, calendar: slowCalendar("Europe/Vienna") })).toMatchObject({ total: 0 });
    expect(stateOf(monthly, bad, { now })).toMatchObject({ total: 30 });
  });
});
