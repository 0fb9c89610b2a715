import { latencyBucketUs } from "@mcp-ops/formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { burnAlerts } from "./alerts.ts";
import { type ObjectiveOptions, objective } from "./objective.ts";
import { thresholdUs } from "./threshold.ts";

const refused = (over: Partial<ObjectiveOptions>) => {
  try {
    objective({ name: "x", server: "shop", kind: "errors", objective: 0.99, ...over });
    return "";
  } catch (error) {
    expect(error).toMatchObject({ code: "SLO_OBJECTIVE_INVALID" });
    return (error as Error).message;
  }
};

describe("an objective that makes no sense is refused with what would", () => {
  it("when it is no share below one", () => {
    expect(refused({ objective: 99.9 })).toBe("The objective x: objective is 99.9. It is a share: 99.9 % is 0.999.");
    expect(refused({ objective: 1 })).toContain("a single bad event would be too many for ever");
    expect(refused({ objective: 0 })).toContain("between 0 and 1");
    expect(refused({ objective: Number.NaN })).toContain("between 0 and 1");
    expect(refused({ objective: 0.9999999 })).toContain("at most six decimals");
  });

  it("when its page could not come if everything failed (sloth#341)", () => {
    expect(refused({ objective: 0.1 })).toBe(
      "The objective x: with objective 0.1 the budget burns 1.1 times faster than allowed when everything fails, and no page comes below 6: nobody would be called, whatever happens. Use at least 0.834.",
    );
    expect(refused({ objective: 0.834 })).toBe("");
    expect(refused({ objective: 0.833 })).not.toBe("");
  });

  it("when it has a threshold and is not about latency, or the other way round", () => {
    expect(refused({ thresholdMs: 100 })).toContain("thresholdMs is for latency");
    expect(refused({ kind: "latency" })).toContain("needs thresholdMs");
    expect(refused({ whenAbsent: "ignored" })).toContain("is for availability");
  });

  it("when its outcomes cannot be", () => {
    expect(refused({ outcomes: { tool_eror: "bad" } as never })).toContain("knows no tool_eror. There are success,");
    expect(refused({ outcomes: { lost: "worse" as never } })).toContain("must be one of good, bad, late, ignored");
    expect(refused({ outcomes: { lost: "late" } })).toContain("for latency only");
    const nothing = { error: "ignored", timeout: "ignored", lost: "ignored", tool_error: "ignored" } as const;
    expect(refused({ outcomes: nothing })).toContain("nothing that is bad");
  });
});

describe("a threshold", () => {
  it("of three digits is refused with the two nearest", () => {
    const message = refused({ kind: "latency", thresholdMs: 1_234 });
    expect(message).toContain("Use 1200 or 1300.");
    expect(() => thresholdUs(0.12345)).toThrow(/Use 0\.12 or 0\.13\./);
    expect(() => thresholdUs(995)).toThrow(/Use 990 or 1000\./);
    expect(() => thresholdUs(0)).toThrow(/from 0.001/);
  });

  it("of two digits judges each call exactly, although calls are recorded in buckets", () => {
    const threshold = fc
      .tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: -3, max: 4 }))
      .map(([digits, power]) => {
        return Number(`${digits}e${power}`);
      });
    fc.assert(
      fc.property(threshold, fc.double({ min: 0.5, max: 2, noNaN: true }), (ms, times) => {
        const us = thresholdUs(ms);
        const latencyUs = ms * 1000 * times;
        expect(latencyBucketUs(latencyUs) <= us).toBe(latencyUs <= us);
      }),
    );
  });
});

it("alerts as the SRE workbook does: 14.4, 6, 3 and 1 for thirty days; what cannot fire is left out", () => {
  expect(burnAlerts("30d").map(({ factor }) => factor)).toEqual([14.4, 6, 3, 1]);
  expect(burnAlerts("28d").map(({ factor }) => factor)).toEqual([13.44, 5.6, 2.8, 0.933333]);
  const p90 = objective({ name: "p90", server: "shop", kind: "latency", thresholdMs: 500, objective: 0.9 });
  expect(p90.alerts.map(({ severity, factor }) => `${severity} ${factor}`)).toEqual(["page 6", "ticket 3", "ticket 1"]);
});
