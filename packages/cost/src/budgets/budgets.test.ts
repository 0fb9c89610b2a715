import type { CostDay, ServerCost } from "@mcp-ops/formats";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { MINUTE_MS, Zone } from "../calendar/zone.ts";
import { readBudget, type WrittenBudget } from "./budget.ts";
import { budgetState } from "./budget-state.ts";
import { forecast } from "./forecast.ts";
import { periodOf } from "./period.ts";

const HOUR_MS = 3_600_000;
const VIENNA = new Zone("Europe/Vienna");
const NOON_MS = Date.parse("2026-11-21T12:00:00+01:00");

function serverOf(server: string, microUnits: number, more: Partial<ServerCost> = {}): ServerCost {
  const parts = { used: microUnits, idle: 0, tokens: 0, definitions: 0, calls: 0, mayMiss: 0, unattributed: 0 };
  const lists = { unpriced: [], tools: [], principals: [], sessions: [] };
  return { server, microUnits, ...parts, ...lists, cpuUs: 0, memoryByteMs: "0", ...more };
}

function dayOf(day: string, servers: readonly ServerCost[], machineIdle = 0): CostDay {
  const microUnits = servers.reduce((sum, one) => sum + one.microUnits, machineIdle);
  return { day, isComplete: true, prices: ["v"], microUnits, machineIdle, servers };
}

function standing(written: Partial<WrittenBudget>, days: readonly CostDay[], nowMs = NOON_MS, sinceMs = 0) {
  const budget = readBudget("b", { period: "day", limit: 1, ...written });
  return budgetState(budget, { days, zone: VIENNA, nowMs, sinceMs });
}

describe("the period of a budget", () => {
  it("ends at midnight in the ledger's zone, after 23 or 25 hours where the clocks change", () => {
    const hours = (at: string, kind: "day" | "month", zone = "Europe/Vienna") => {
      const { fromMinute, toMinute } = periodOf(kind, Date.parse(at) / MINUTE_MS, new Zone(zone));
      return [new Date(fromMinute * MINUTE_MS).toISOString(), (toMinute - fromMinute) / 60];
    };
    expect(hours("2026-03-29T12:00Z", "day")).toEqual(["2026-03-28T23:00:00.000Z", 23]);
    expect(hours("2026-10-25T12:00Z", "day")).toEqual(["2026-10-24T22:00:00.000Z", 25]);
    expect(hours("2026-10-25T12:00Z", "month")).toEqual(["2026-09-30T22:00:00.000Z", 31 * 24 + 1]);
    expect(hours("2026-04-05T12:00Z", "day", "Australia/Lord_Howe")).toEqual(["2026-04-04T13:00:00.000Z", 24.5]);
    expect(hours("2026-02-14T00:00Z", "month", "Asia/Kathmandu")).toEqual(["2026-01-31T18:15:00.000Z", 28 * 24]);
    expect(hours("2026-12-31T23:30Z", "month")).toEqual(["2026-12-31T23:00:00.000Z", 31 * 24]);
    expect(hours("2028-02-29T12:00Z", "month", "UTC")).toEqual(["2028-02-01T00:00:00.000Z", 29 * 24]);
  });

  it("holds every minute once: each is in its own period, whose end is in the next", () => {
    const zones = ["Europe/Vienna", "America/St_Johns", "Pacific/Apia", "UTC"].map((name) => new Zone(name));
    const minute = fc.integer({ min: Date.parse("2011-01-01") / MINUTE_MS, max: Date.parse("2030-01-01") / MINUTE_MS });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom("day" as const, "month" as const),
        minute,
        (zone, kind, at) => {
          const { fromMinute, toMinute } = periodOf(kind, at, zone);
          expect(fromMinute <= at && at < toMinute).toBe(true);
          expect(periodOf(kind, toMinute, zone).fromMinute).toBe(toMinute);
          expect(periodOf(kind, toMinute - 1, zone).fromMinute).toBe(fromMinute);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("a budget", () => {
  const tool = (target: string, microUnits: number) => ({ target, calls: 1, resultTokens: {}, microUnits, tokens: 0 });
  const days = [
    dayOf(
      "2026-11-21",
      [
        serverOf("a", 600_000, {
          tools: [tool("t", 100_000)],
          principals: [{ name: "ann", calls: 1, microUnits: 50_000 }],
        }),
        serverOf("b", 50_000, {
          tools: [tool("t", 10_000)],
          principals: [{ name: "ann", calls: 1, microUnits: 5_000 }],
        }),
      ],
      7,
    ),
    dayOf("2026-11-01", [serverOf("a", 1_000)]),
    dayOf("2026-10-31", [serverOf("a", 999_999)]),
  ];
  const spent = (written: Partial<WrittenBudget>) => standing(written, days).spentMicroUnits;

  it("has spent what the summaries show of its server, tool or principal in its period", () => {
    expect(spent({})).toBe(650_007);
    expect(spent({ period: "month" })).toBe(651_007);
    expect(spent({ server: "a" })).toBe(600_000);
    expect(spent({ server: "a", period: "month" })).toBe(601_000);
    expect(spent({ target: "t" })).toBe(110_000);
    expect(spent({ server: "b", target: "t" })).toBe(10_000);
    expect(spent({ principal: "ann" })).toBe(55_000);
    expect(spent({ server: "b", principal: "ann" })).toBe(5_000);
    expect(spent({ server: "nobody" })).toBe(0);
    expect(spent({ principal: "nobody" })).toBe(0);
  });

  it("warns at its share, is exceeded at its limit, and before that says that it will be", () => {
    const at = (limit: number, more: Partial<WrittenBudget> = {}) => standing({ limit, ...more }, days).state;
    expect([at(0.65), at(0.650007), at(0.650008)]).toEqual(["exceeded", "exceeded", "warning"]);
    expect([at(0.8), at(0.9), at(1.3), at(1.4)]).toEqual(["warning", "forecast", "forecast", "ok"]);
    expect(at(0.9, { warnAt: 0.5 })).toBe("warning");
    expect(at(0.650008, { warnAt: 1 })).toBe("forecast");
  });

  it("says when it begins anew, and in a new period has spent nothing", () => {
    expect(standing({ hard: true }, days)).toMatchObject({ resetsAt: "2026-11-21T23:00:00.000Z", isHard: true });
    expect(standing({ period: "month" }, days).resetsAt).toBe("2026-11-30T23:00:00.000Z");
    const later = standing({}, days, Date.parse("2026-11-22T00:00:00+01:00"));
    expect(later).toMatchObject({ spentMicroUnits: 0, state: "ok", resetsAt: "2026-11-22T23:00:00.000Z" });
    expect(later).not.toHaveProperty("forecastMicroUnits");
  });

  it("that cannot be is refused with what would be right", () => {
    const refusals: [Partial<WrittenBudget>, RegExp][] = [
      [{ limit: 0 }, /limit must be an amount above 0/],
      [{ limit: "1.0000001" }, /limit must be .* at most 6 digits/],
      [{ limit: "ten" }, /limit/],
      [{ warnAt: 0 }, /warnAt must be a share above 0 and at most 1/],
      [{ warnAt: 80 }, /warnAt/],
      [{ target: "t", principal: "ann" }, /target cannot be together with principal.*Make two budgets/],
    ];
    for (const [wrong, message] of refusals) {
      expect(() => readBudget("b", { period: "day", limit: 1, ...wrong })).toThrow(
        expect.objectContaining({ code: "COST_BUDGET_INVALID", message: expect.stringMatching(message) }),
      );
    }
  });
});

describe("a forecast", () => {
  const day = periodOf("day", NOON_MS / MINUTE_MS, VIENNA);
  const month = periodOf("month", NOON_MS / MINUTE_MS, VIENNA);
  const midnight = day.fromMinute * MINUTE_MS;

  it("goes on as it went: half of the day, half of the cost", () => {
    expect(forecast(600, "day", day, { nowMs: NOON_MS, sinceMs: 0 })).toBe(1_200);
    expect(forecast(0, "day", day, { nowMs: NOON_MS, sinceMs: 0 })).toBe(0);
    expect(forecast(205, "month", month, { nowMs: NOON_MS, sinceMs: 0 })).toBe(300);
  });

  it("counts from when anybody counted, not from a start that nobody saw", () => {
    expect(forecast(600, "day", day, { nowMs: NOON_MS, sinceMs: NOON_MS - 6 * HOUR_MS })).toBe(1_800);
  });

  it("is left out before there is enough to say: three hours of a day, a day of a month", () => {
    const after = (ms: number, kind: "day" | "month") =>
      forecast(1, kind, kind === "day" ? day : month, { nowMs: NOON_MS, sinceMs: NOON_MS - ms });
    expect([after(3 * HOUR_MS - 1, "day"), after(3 * HOUR_MS, "day")]).toEqual([undefined, 5]);
    expect([after(24 * HOUR_MS - 1, "month"), after(24 * HOUR_MS, "month")]).toEqual([undefined, 10.5 + 0.5]);
    expect(forecast(1, "day", day, { nowMs: midnight, sinceMs: 0 })).toBeUndefined();
  });

  it("takes a day that the clocks make longer for as long as it is", () => {
    const at = Date.parse("2026-10-25T12:00:00+01:00");
    expect(forecast(1_300, "day", periodOf("day", at / MINUTE_MS, VIENNA), { nowMs: at, sinceMs: 0 })).toBe(2_500);
  });
});

test("a forecast never falls below what is spent, and at the end of the period is that", () => {
  const { fromMinute, toMinute } = periodOf("month", NOON_MS / MINUTE_MS, VIENNA);
  fc.assert(
    fc.property(fc.nat(10 ** 12), fc.integer({ min: fromMinute, max: toMinute }), (spent, minute) => {
      const said = forecast(
        spent,
        "month",
        { firstDay: "", lastDay: "", fromMinute, toMinute },
        { nowMs: minute * MINUTE_MS, sinceMs: 0 },
      );
      expect(said ?? spent).toBeGreaterThanOrEqual(spent);
      if (minute === toMinute) expect(said).toBe(spent);
    }),
  );
});
