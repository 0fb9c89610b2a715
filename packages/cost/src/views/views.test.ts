import type { CostDay, ServerCost } from "@mcp-ops/formats";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { MINUTE_MS, Zone } from "../calendar/zone.ts";
import { outlooks } from "./outlook.ts";
import { ROWS_BY, rowsOf } from "./rows.ts";
import { topOf } from "./top.ts";
import { totalsOf } from "./totals.ts";

const money = fc.nat(10_000_000);
const name = fc.constantFrom("t", "u", "_other", "");

const server: fc.Arbitrary<ServerCost> = fc
  .record({
    server: fc.constantFrom("a", "b", "c"),
    parts: fc.tuple(money, money, money, money, money),
    tools: fc.uniqueArray(fc.record({ target: name, calls: fc.nat(100), share: fc.nat(100) }), {
      selector: ({ target }) => target,
    }),
    unpriced: fc.subarray(["cpu", "tokens"] as const),
  })
  .map(({ parts: [used, idle, tokens, definitions, calls], tools, ...some }) => {
    const microUnits = used + idle + tokens + definitions + calls;
    const shares = tools.map(({ share, ...tool }) => {
      const its = Math.floor((microUnits * share) / 500);
      return { ...tool, resultTokens: { estimate: share }, microUnits: its, tokens: 0 };
    });
    const unattributed = shares.reduce((left, tool) => left - tool.microUnits, microUnits);
    const named = shares.map((tool) => ({ name: tool.target, calls: tool.calls, microUnits: tool.microUnits }));
    const sums = { microUnits, used, idle, tokens, definitions, calls, unattributed, mayMiss: 1 };
    return { ...some, ...sums, cpuUs: 0, memoryByteMs: "0", tools: shares, principals: named, sessions: named };
  });

const days: fc.Arbitrary<readonly CostDay[]> = fc
  .uniqueArray(
    fc.record({
      day: fc.integer({ min: 10, max: 21 }).map((date) => `2026-11-${date}`),
      machineIdle: money,
      servers: fc.uniqueArray(server, { selector: (one) => one.server }),
    }),
    { selector: ({ day }) => day },
  )
  .map((all) =>
    all.map((day) => {
      const microUnits = day.servers.reduce((sum, one) => sum + one.microUnits, day.machineIdle);
      return { ...day, microUnits, isComplete: true, prices: ["v"] };
    }),
  );

const sum = (rows: readonly { readonly microUnits: number }[]) => rows.reduce((all, row) => all + row.microUnits, 0);

test("C2: whatever a bill is taken apart by, its rows add up to the days", () => {
  fc.assert(
    fc.property(days, fc.constantFrom(...ROWS_BY), fc.nat(5), (all, by, most) => {
      for (const day of all) expect(sum(rowsOf(day, by))).toBe(day.microUnits);
      const top = topOf(all, by, most);
      expect(sum(top.rows) + top.others).toBe(sum(all));
      expect(top.rows.length).toBeLessThanOrEqual(most);
      expect(top.rows).toEqual(top.rows.toSorted((a, b) => b.microUnits - a.microUnits));
      const totals = totalsOf(all);
      expect(sum(totals.servers) + totals.machineIdle).toBe(totals.microUnits);
      expect(totals.microUnits).toBe(sum(all));
      for (const { microUnits, used, idle, tokens, definitions, calls } of totals.servers) {
        expect(used + idle + tokens + definitions + calls).toBe(microUnits);
      }
    }),
  );
});

function serverOf(microUnits: number, more: Partial<ServerCost> = {}): ServerCost {
  const parts = { used: microUnits, idle: 0, tokens: 0, definitions: 0, calls: 0, mayMiss: 0, unattributed: 0 };
  const lists = { unpriced: [], tools: [], principals: [], sessions: [] };
  return { server: "a", microUnits, ...parts, ...lists, cpuUs: 0, memoryByteMs: "0", ...more };
}

function dayOf(day: string, microUnits: number, more: Partial<ServerCost> = {}): CostDay {
  return { day, isComplete: true, prices: ["v"], microUnits, machineIdle: 0, servers: [serverOf(microUnits, more)] };
}

describe("a bill", () => {
  const tool = { target: "t", calls: 2, resultTokens: { estimate: 10, reported: 1 }, microUnits: 40, tokens: 40 };

  it("leaves out what was free and not called, but not what was called for nothing", () => {
    const free = { target: "free", calls: 1, resultTokens: {}, microUnits: 0, tokens: 0 };
    const never = { target: "never", calls: 0, resultTokens: {}, microUnits: 0, tokens: 0 };
    const day = dayOf("2026-11-21", 100, { tools: [tool, free, never], unattributed: 60 });
    expect(rowsOf(day, "tool").map((row) => `${row.name}=${row.microUnits}`)).toEqual(["t=40", "free=0", "=60"]);
  });

  it("adds up the days of a tool, its calls and its tokens by how they were counted", () => {
    const day = (date: string) => dayOf(date, 100, { tools: [tool], unattributed: 60 });
    expect(topOf([day("2026-11-20"), day("2026-11-21")], "tool", 5)).toEqual({
      rows: [{ server: "a", name: "t", microUnits: 80, calls: 4, resultTokens: { estimate: 20, reported: 2 } }],
      others: 120,
    });
  });

  it("says of a period what had no price on any of its days", () => {
    const unpriced = [dayOf("2026-11-20", 1, { unpriced: ["tokens"] }), dayOf("2026-11-21", 1, { unpriced: ["cpu"] })];
    expect(totalsOf(unpriced).servers[0]?.unpriced).toEqual(["cpu", "tokens"]);
  });
});

it("looks out for today and the month, of all and of each server", () => {
  const nowMs = Date.parse("2026-11-21T12:00Z");
  const facts = { zone: new Zone("UTC"), nowMs, sinceMs: nowMs - 6 * 60 * MINUTE_MS };
  const of = outlooks({ ...facts, days: [dayOf("2026-11-21", 100), dayOf("2026-11-02", 7), dayOf("2026-10-31", 1)] });
  const [today, month] = ["2026-11-22T00:00:00.000Z", "2026-12-01T00:00:00.000Z"];
  expect(of).toEqual([
    { period: "day", server: "", spentMicroUnits: 100, forecastMicroUnits: 300, endsAt: today },
    { period: "day", server: "a", spentMicroUnits: 100, forecastMicroUnits: 300, endsAt: today },
    { period: "month", server: "", spentMicroUnits: 107, endsAt: month },
    { period: "month", server: "a", spentMicroUnits: 107, endsAt: month },
  ]);
});
