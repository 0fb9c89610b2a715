import type { Advice } from "@mcp-ops/cost";
import type { BudgetState, CostDay, ServerCost, ToolCost } from "@mcp-ops/formats";
import { expect, test } from "vitest";
import { render } from "../exposition/render.ts";
import { type CostFacts, costFamilies } from "./figures.ts";

function tool(target: string, microUnits: number): ToolCost {
  return { target, calls: 1, resultTokens: {}, microUnits, tokens: 0 };
}

function server(name: string, used: number, tools: readonly ToolCost[] = []): ServerCost {
  const parts = { used, idle: 0, tokens: 0, definitions: 0, calls: 0, mayMiss: 0, unattributed: 0 };
  const more = { unpriced: ["tokens"] as const, cpuUs: 0, memoryByteMs: "0", principals: [], sessions: [] };
  return { server: name, microUnits: used, ...parts, ...more, tools };
}

function day(date: string, servers: readonly ServerCost[], machineIdle = 0): CostDay {
  return { day: date, isComplete: true, prices: ["v"], microUnits: 0, machineIdle, servers };
}

const today = day("2026-11-21", [server("a", 1_500_000, [tool("t", 250_000)])], 40_000);
const month = [today, day("2026-11-20", [server("a", 500_000, [tool("t", 50_000)]), server("b", 1)])];
const budget: BudgetState = {
  name: "team",
  period: "day",
  limitMicroUnits: 2_000_000,
  spentMicroUnits: 1_500_000,
  forecastMicroUnits: 3_000_000,
  state: "forecast",
  isHard: false,
  resetsAt: "2026-11-22T00:00:00.000Z",
};
const advice: Advice = {
  kind: "idle-server",
  server: "b",
  state: "advised",
  text: "Stop it.",
  evidence: {},
  basis: { fromMinute: 0, toMinute: 1, count: 7, of: "days" },
  savingMicroUnitsPerMonth: 2_250_000,
};
const facts: CostFacts = {
  currency: "EUR",
  today,
  month,
  outlooks: [{ period: "day", server: "", spentMicroUnits: 1, forecastMicroUnits: 4_000_000, endsAt: "" }],
  budgets: [budget],
  advice: [advice, { ...advice, state: "fine" }, { ...advice, state: "not enough data" }],
  lost: { queue: 4, file: 0, garbage: 2 },
};

function page(of: CostFacts): readonly string[] {
  return render(costFamilies(of, "classic"), "classic").split("\n");
}

test("money is shown in units of the currency, by server and part, by tool, for today and the month", () => {
  expect(page(facts)).toEqual(
    expect.arrayContaining([
      'mcp_cost_today{server="a",part="used",currency="EUR"} 1.5',
      'mcp_cost_month{server="a",part="used",currency="EUR"} 2',
      'mcp_cost_month{server="b",part="used",currency="EUR"} 0.000001',
      'mcp_cost_tool_today{server="a",target="t",currency="EUR"} 0.25',
      'mcp_cost_tool_month{server="a",target="t",currency="EUR"} 0.3',
      'mcp_cost_machine_idle_month{currency="EUR"} 0.04',
      'mcp_cost_forecast_today{currency="EUR"} 4',
      'mcp_cost_unpriced{server="a",thing="tokens"} 1',
    ]),
  );
  expect(page(facts).filter((line) => line.startsWith("mcp_cost_forecast_month{"))).toEqual([]);
});

test("budgets show what is spent and to come as shares, and one state", () => {
  expect(page(facts)).toEqual(
    expect.arrayContaining([
      'mcp_cost_budget_limit{budget="team",currency="EUR"} 2',
      'mcp_cost_budget_used_ratio{budget="team"} 0.75',
      'mcp_cost_budget_forecast_ratio{budget="team"} 1.5',
      'mcp_cost_budget_state{budget="team",state="forecast"} 1',
      'mcp_cost_budget_state{budget="team",state="ok"} 0',
    ]),
  );
});

test("advice is counted when somebody should read it, and not when all is fine or too little is known", () => {
  expect(page(facts)).toEqual(
    expect.arrayContaining([
      'mcp_cost_advice{kind="idle-server"} 1',
      'mcp_cost_advice{kind="cpu"} 0',
      'mcp_cost_advice_saving_month{kind="idle-server",currency="EUR"} 2.25',
    ]),
  );
});

test("what could not be booked is counted by why, and shown before there is any", () => {
  expect(page(facts)).toEqual(
    expect.arrayContaining([
      "# TYPE mcp_ops_ledger_lost_total counter",
      'mcp_ops_ledger_lost_total{why="queue"} 4',
      'mcp_ops_ledger_lost_total{why="file"} 0',
      'mcp_ops_ledger_lost_total{why="garbage"} 2',
    ]),
  );
});

test("many servers and tools are folded into one, and nothing of them is lost", () => {
  const tools = Array.from({ length: 300 }, (_, at) => tool(`t${at}`, 1_000_000 + at));
  const servers = Array.from({ length: 150 }, (_, at) => server(`s${at}`, 1_000_000 + at, at === 0 ? tools : []));
  const lines = page({ ...facts, month: [day("2026-11-21", servers)] });
  const used = lines.filter((line) => /^mcp_cost_month\{.*part="used"/.test(line));
  const ofTools = lines.filter((line) => line.startsWith("mcp_cost_tool_month{"));
  expect([used.length, ofTools.length]).toEqual([101, 201]);
  const sum = (all: readonly string[]) => all.reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
  expect(sum(used)).toBeCloseTo(150 + (149 * 150) / 2e6, 6);
  expect(sum(ofTools)).toBeCloseTo(300 + (299 * 300) / 2e6, 6);
  expect(used.some((line) => line.includes('server="_other"'))).toBe(true);
  expect(used.some((line) => line.includes('server="s149"'))).toBe(true);
});
