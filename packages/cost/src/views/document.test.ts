import type { BudgetState, CostDay, CostDocument, ServerCost } from "@mcp-ops/formats";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { costDocumentText, DEFAULT_MAX_DOCUMENT_BYTES } from "./document.ts";

// A busy machine takes its time for half a million rows.
vi.setConfig({ testTimeout: 30_000 });

const heading = { currency: "EUR", timeZone: "UTC", generatedAt: "2026-11-21T12:00:00.000Z" };
const budget: BudgetState = {
  name: "b",
  period: "day",
  limitMicroUnits: 1,
  spentMicroUnits: 2,
  state: "exceeded",
  isHard: true,
  resetsAt: "2026-11-22T00:00:00.000Z",
};

function serverOf(at: number, rows: number): ServerCost {
  const names = Array.from({ length: rows }, (_, row) => ({
    name: row === 3 ? "_other" : `name ${row}`,
    calls: 1,
    microUnits: 1_000 - row,
  }));
  const tools = names.map(({ name, ...row }) => ({ target: name, ...row, tokens: 10, resultTokens: { estimate: 7 } }));
  const microUnits = tools.reduce((sum, tool) => sum + tool.microUnits, 50);
  const parts = { used: microUnits, idle: 0, tokens: 0, definitions: 0, calls: 0, mayMiss: 0, unattributed: 50 };
  const lists = { unpriced: [], tools, principals: names, sessions: names };
  return { server: `server ${at}`, microUnits, ...parts, ...lists, cpuUs: 0, memoryByteMs: "0" };
}

function daysOf(count: number, servers: number, rows: number): readonly CostDay[] {
  return Array.from({ length: count }, (_, at) => {
    const all = Array.from({ length: servers }, (_, one) => serverOf(one, rows));
    const microUnits = all.reduce((sum, one) => sum + one.microUnits, 0);
    return { day: `day ${at}`, isComplete: at > 0, prices: ["v"], microUnits, machineIdle: 0, servers: all };
  });
}

const read = (text: string) => JSON.parse(text) as CostDocument;

test("a small one is told whole, of a month at most", async () => {
  const days = daysOf(40, 2, 10);
  expect(read(await costDocumentText(heading, days, [budget]))).toEqual({
    schema: 1,
    ...heading,
    days: days.slice(0, 31),
    budgets: [budget],
  });
});

test("a large one folds the cheapest into _other, is short enough to be believed, and its sums stay", async () => {
  const days = daysOf(31, 60, 300);
  const text = await costDocumentText(heading, days, [budget]);
  expect(text.length).toBeLessThanOrEqual(DEFAULT_MAX_DOCUMENT_BYTES);
  const { days: told, budgets } = read(text);
  expect([told.length, told[0]?.servers.length, budgets.length]).toEqual([31, 60, 1]);
  const [before, after] = [days[0]?.servers[0], told[0]?.servers[0]] as [ServerCost, ServerCost];
  const sum = (rows: readonly { readonly microUnits: number; readonly calls: number }[]) =>
    rows.reduce((all, row) => [(all[0] as number) + row.microUnits, (all[1] as number) + row.calls], [0, 0]);
  for (const rows of ["tools", "principals", "sessions"] as const) expect(sum(after[rows])).toEqual(sum(before[rows]));
  expect(after.tools.filter(({ target }) => target === "_other")).toHaveLength(1);
  expect(after.tools.reduce((all, { resultTokens }) => all + (resultTokens.estimate ?? 0), 0)).toBe(300 * 7);
});

test("whatever there is, it keeps to its bound, and budgets are in it", async () => {
  const sizes = fc.tuple(fc.nat(31), fc.nat(8), fc.nat(60), fc.integer({ min: 1_000, max: 200_000 }));
  await fc.assert(
    fc.asyncProperty(sizes, async ([days, servers, rows, most]) => {
      const text = await costDocumentText(heading, daysOf(days, servers, rows), [budget], most);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(most);
      expect(read(text).budgets).toEqual([budget]);
    }),
    { numRuns: 50 },
  );
});

test("others have their turn while it is made, and days that are what they were take no time again", async () => {
  const turnsWhile = async (work: Promise<string>) => {
    let turns = 0;
    const turn = () => {
      turns++;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    const text = await work;
    clearImmediate(next);
    return { text, turns };
  };
  const days = daysOf(10, 5, 300);
  const first = await turnsWhile(costDocumentText(heading, days, [budget]));
  const again = await turnsWhile(costDocumentText(heading, [...daysOf(1, 5, 300), ...days.slice(1)], [budget]));
  expect(again.text).toBe(first.text);
  expect(first.turns).toBeGreaterThanOrEqual(9);
  expect(again.turns).toBeLessThanOrEqual(2);
});
