import { parseJournalLine } from "@mcp-ops/formats";
import fc from "fast-check";
import { expect, it } from "vitest";
import { addDuration, MAX_SLICES, Slices, useOf } from "./slices.ts";

const name = fc.constantFrom("a", "b", "c");
const key = fc.record({
  minute: fc.integer({ min: 1, max: 3 }),
  server: name,
  method: fc.constantFrom("tools/call", "resources/read"),
  target: fc.constantFrom("", "x", "y"),
  status: fc.constantFrom("success" as const, "tool_error" as const, "denied" as const),
  principal: fc.option(name, { nil: undefined }),
  session: fc.option(name, { nil: undefined }),
});

it("counts every exchange once, under its own key, and gives lines that can be read back", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.double({ min: 0, max: 1e6, noNaN: true })), { maxLength: 100 }), (ended) => {
      const slices = new Slices();
      for (const [own, ms] of ended) {
        const slice = slices.at(own);
        slice.count++;
        addDuration(slice, ms);
      }
      const lines = slices.take().map(useOf);
      expect(slices.size).toBe(0);
      for (const line of lines)
        expect(parseJournalLine(JSON.stringify(line))).toEqual(JSON.parse(JSON.stringify(line)));
      for (const { count, latencies } of lines) expect(latencies.reduce((sum, [, n]) => sum + n, 0)).toBe(count);
      const counted = (one: object) =>
        lines
          .filter((line) => Object.entries(one).every(([field, value]) => (line as never)[field] === value))
          .reduce((sum, { count }) => sum + count, 0);
      for (const [own] of ended) {
        const { principal, session, ...rest } = own;
        const given = { ...rest, ...(principal && { principal }), ...(session && { session }) };
        const same = ended.filter(([other]) => JSON.stringify(other) === JSON.stringify(own)).length;
        const looser = ended.filter(([other]) =>
          Object.entries(given).every(([field, value]) => (other as never)[field] === value),
        ).length;
        expect(counted(given)).toBe(looser);
        expect(looser).toBeGreaterThanOrEqual(same);
      }
    }),
    { numRuns: 50 },
  );
});

it("stays bounded whatever clients choose: who asked is folded first, and nothing is left out", () => {
  const slices = new Slices();
  const exchanges = 20_000;
  for (let i = 0; i < exchanges; i++) {
    const target = `tool-${i % 700}`;
    const one = { minute: 1, server: "s", method: "tools/call", target, status: "success" } as const;
    slices.at({ ...one, principal: `p-${i}`, session: `s-${i}` }).count++;
  }
  expect(slices.size).toBeLessThanOrEqual(2 * MAX_SLICES);
  const lines = slices.take();
  expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(exchanges);
  expect(lines.filter(({ principal }) => principal === "_other").length).toBeGreaterThan(0);
  // There was room for all tools.
  expect(new Set(lines.map(({ target }) => target))).not.toContain("_other");
});

it("folds targets, too, where there are more than anything has", () => {
  const slices = new Slices();
  for (let i = 0; i < 10_000; i++) {
    const one = { minute: 1, server: `server-${i % 5}`, method: "resources/read", status: "success" } as const;
    slices.at({ ...one, target: `a://${i}`, principal: undefined, session: undefined }).count++;
  }
  expect(slices.size).toBeLessThanOrEqual(2 * MAX_SLICES);
  expect(slices.take().find(({ target }) => target === "_other")?.count).toBeGreaterThan(1000);
});
