import type { Advice, AdviceAnswer, ForecastAnswer, Outlook, SummaryAnswer, TopAnswer } from "@mcp-ops/cost";
import { DEFAULT_BOOK, totalsOf } from "@mcp-ops/cost";
import type { BudgetState, CostDay, ServerCost } from "@mcp-ops/formats";
import { describe, expect, it, test } from "vitest";
import { adviceText } from "./advise.ts";
import { csvLine } from "./csv.ts";
import { forecastText } from "./forecast.ts";
import { amountText, decimalsFor, moneyText } from "./money.ts";
import { pricesText } from "./prices.ts";
import { reportText } from "./report.ts";
import { topText } from "./top.ts";

const heading = {
  currency: "EUR",
  timeZone: "America/Argentina/ComodRivadavia",
  generatedAt: "2026-11-21T12:00:00.000Z",
};
const days = { firstDay: "2026-11-20", lastDay: "2026-11-21" };
const LONG = "@somebody/a-server-with-a-name-that-goes-on-and-on-\u001b[31m";

function serverOf(
  server: string,
  [used = 0, idle = 0, tokens = 0, definitions = 0, calls = 0]: readonly number[],
): ServerCost {
  const microUnits = used + idle + tokens + definitions + calls;
  const parts = { used, idle, tokens, definitions, calls, mayMiss: 40, unattributed: microUnits };
  const lists = { tools: [], principals: [], sessions: [] };
  return { server, microUnits, ...parts, ...lists, unpriced: ["network", "tokens"], cpuUs: 0, memoryByteMs: "0" };
}

function dayOf(day: string, isComplete: boolean): CostDay {
  const servers = [serverOf(LONG, [1_234_567, 89_000_000, 12_345, 99, 5]), serverOf("b", [1])];
  const machineIdle = 70_000_000;
  const microUnits = servers.reduce((sum, one) => sum + one.microUnits, machineIdle);
  return { day, isComplete, prices: ["2026-11"], microUnits, machineIdle, servers };
}

const budget: BudgetState = {
  name: "everything-of-the-team",
  server: LONG,
  period: "month",
  limitMicroUnits: 9_999_000_000,
  spentMicroUnits: 10_100_000_000,
  forecastMicroUnits: 15_000_000_000,
  state: "exceeded",
  isHard: true,
  resetsAt: "2026-12-01T03:00:00.000Z",
};

const summary: SummaryAnswer = {
  ...heading,
  ...days,
  days: [dayOf("2026-11-21", false), dayOf("2026-11-20", true)],
  totals: totalsOf([dayOf("2026-11-21", false), dayOf("2026-11-20", true)]),
  budgets: [budget, { ...budget, name: "b", state: "ok", isHard: false, spentMicroUnits: 1 }],
};
const outlook: Outlook = {
  period: "day",
  server: "",
  spentMicroUnits: 45_000_000,
  forecastMicroUnits: 90_000_000,
  endsAt: "2026-11-22T03:00:00.000Z",
};
const forecasts: ForecastAnswer = {
  ...heading,
  outlooks: [
    outlook,
    { ...outlook, server: LONG },
    { period: "month", server: "", spentMicroUnits: 1, endsAt: "2026-12-01T03:00:00.000Z" },
  ],
  budgets: [budget],
};
const top: TopAnswer = {
  ...heading,
  ...days,
  by: "tool",
  rows: [
    {
      server: LONG,
      name: LONG,
      microUnits: 123_456_789,
      calls: 12_345,
      resultTokens: { estimate: 1_234_567, reported: 9 },
    },
    { server: "b", name: "_other", microUnits: 0, calls: 1 },
  ],
  others: 61,
};
const advice: AdviceAnswer["advice"] = [
  {
    kind: "cpu",
    server: "b",
    state: "advised",
    text: "Reserve 0.1 cores, and set no limit, instead of 2 cores.",
    evidence: { p95Cores: 0.0987654321, reservedCores: 2 },
    basis: { fromMinute: 0, toMinute: 200, count: 180, of: "minutes" },
    savingMicroUnitsPerMonth: 41_610_000,
  },
  {
    kind: "memory",
    server: "b",
    state: "not enough data",
    text: "Not enough data: 1 minutes of 0.0 h, and it takes 100 of 3 h.",
    evidence: {},
    basis: { fromMinute: 0, toMinute: 1, count: 1, of: "minutes" },
  },
];

test.each([
  ["a report", reportText(summary)],
  ["a report of one day", reportText({ ...summary, firstDay: days.lastDay, budgets: [] })],
  ["the top", topText(top)],
  ["the forecast", forecastText(forecasts)],
  ["the prices", pricesText({ ...heading, inForce: "opencost-default", versions: [] })],
])("%s: fits into 80 columns, and no name in it steers the terminal", (_, text) => {
  for (const line of text.split("\n").filter((one) => !/^Without a price/.test(one))) {
    expect([...line].length, line).toBeLessThanOrEqual(80);
  }
  expect(text).not.toContain("\u001b");
});

describe("a report", () => {
  it("has each server's parts, the idle machine, and their sum", () => {
    const text = reportText({ ...summary, firstDay: days.lastDay, totals: totalsOf([dayOf("2026-11-21", false)]) });
    expect(text).toMatch(/^b +<0\.01 +0\.00 +0\.00 +0\.00 +0\.00 +<0\.01$|^b +<0\.0 /m);
    expect(text).toMatch(/^idle machine +70\.00? +70\.00?$|^idle machine +70\.\d+ +70\.\d+$/m);
    expect(text).toMatch(/^sum +160\.\d+$/m);
  });

  it("says what a small sum does not: no price, gaps, days that are not over, budgets that refuse", () => {
    const text = reportText(summary);
    expect(text).toMatch(/Without a price: .*\(network, tokens\); b \(network, tokens\)\. See: mcp-ops cost prices/);
    expect(text).toContain("Up to 0.000160 EUR may be missing");
    expect(text).toMatch(/^2026-11-21 +\S+ +so far$/m);
    expect(text).toMatch(/! everything-of-the-team is used up until 2026-12-01 03:00 UTC\./);
  });

  it("of nothing says that it was nothing", () => {
    const nothing = { ...summary, days: [], totals: totalsOf([]), budgets: [] };
    expect(reportText(nothing)).toContain("Nothing was counted.");
    expect(topText({ ...top, rows: [], others: 0 })).toContain("Nothing was counted.");
  });
});

test("amounts have four figures of the largest, at least cents, and something is never shown as nothing", () => {
  const cases: [number[], string][] = [
    [[123_456_789], "123.46"],
    [[1_234_567], "1.235"],
    [[123_456], "0.1235"],
    [[1_234], "0.001234"],
    [[12], "0.000012"],
    [[0], "0.000"],
    [[4_000, 12_000_000], "<0.01"],
  ];
  for (const [amounts, text] of cases) expect(moneyText(amounts[0] as number, decimalsFor(amounts)), text).toBe(text);
  expect(amountText(2_500_000, "EUR")).toBe("2.500 EUR");
});

test("advice shows what it saves and what it was worked out from, and how much is not known yet", () => {
  const shown = adviceText(advice.slice(0, 1), advice, "EUR");
  expect(shown).toBe(
    [
      "! b: cpu  saves 41.61 EUR a month",
      "  Reserve 0.1 cores, and set no limit, instead of 2 cores.",
      "  p95Cores 0.09877, reservedCores 2, from 180 minutes",
      "",
      "Of 1 thing too little is known yet; --all shows them.",
    ].join("\n"),
  );
  expect(adviceText(advice, advice, "EUR")).toMatch(/^\? b: memory$/m);
  expect(adviceText([], [], "EUR")).toBe("No advice yet: it takes days that are over.");
  expect(adviceText([], [{ ...(advice[0] as Advice), state: "fine" }], "EUR")).toBe("No advice.");
});

test("prices show where they come from, and which version holds", () => {
  const text = pricesText({ ...heading, inForce: "opencost-default", versions: DEFAULT_BOOK.versions });
  expect(text).toMatch(/the defaults, for want of a price book/);
  expect(text).toMatch(/^\* opencost-default, from the beginning, in force$/m);
  expect(text).toMatch(/^ {4}storageGiBHour 0\.00005479452$/m);
  const own = {
    name: "v",
    from: "2026-11-21T12:00Z",
    models: { m: { inputMillionTokens: "2.50" } },
    servers: { s: { model: "m", tools: { t: 1 } } },
  };
  expect(pricesText({ ...heading, file: "/p.yaml", inForce: "", versions: [own] }).split("\n")).toEqual([
    "Prices in EUR, from /p.yaml",
    "",
    "Nothing has a price yet: the first version holds later.",
    "",
    "  v, from 2026-11-21T12:00Z",
    "    model m: 2.50 for a million tokens",
    "    s:",
    "      read by m",
    "      call of t 1",
  ]);
});

test("a spreadsheet gets what names are, and runs none of them", () => {
  expect(csvLine(["a,b", 'say "x"', "=1+1", "@sum", "-5", "t\u0000\n", "", "7.5"])).toBe(
    `"a,b","say ""x""",'=1+1,'@sum,'-5,t,,7.5`,
  );
});
