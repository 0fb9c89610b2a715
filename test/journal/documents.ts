import type { BudgetState, BudgetsDocument, CostDay, CostDocument, ServerCost, SloDocument } from "@mcp-ops/formats";

/** Documents as a sidecar leaves them. */
function serverCost(server: string, microUnits: number): ServerCost {
  const tool = { target: "say", calls: 3, resultTokens: { estimate: 30 }, microUnits, tokens: 0 };
  return {
    server,
    microUnits,
    used: microUnits,
    idle: 0,
    tokens: 0,
    definitions: 0,
    calls: 0,
    mayMiss: 0,
    unpriced: [],
    cpuUs: 1_500_000,
    memoryByteMs: "12345678901234567890",
    tools: [tool],
    unattributed: 0,
    principals: [{ name: "secret-customer", calls: 3, microUnits }],
    sessions: [{ name: "0123456789ab", calls: 3, microUnits }],
    definitionTokens: 120,
  };
}

function day(name: string, isComplete: boolean, servers: readonly ServerCost[]): CostDay {
  const microUnits = servers.reduce((sum, one) => sum + one.microUnits, 0);
  return { day: name, isComplete, prices: ["2026-01"], microUnits, machineIdle: 0, servers };
}

export function costDocument(server: string, budgets: readonly BudgetState[] = [], at = Date.now()): CostDocument {
  const days = Array.from({ length: 31 }, (_, back) =>
    day(`2026-10-${String(31 - back).padStart(2, "0")}`, back > 0, [
      serverCost(server, 1_250_000),
      serverCost("neighbour", 9),
    ]),
  );
  return {
    schema: 1,
    generatedAt: new Date(at).toISOString(),
    currency: "EUR",
    timeZone: "Europe/Vienna",
    days,
    budgets,
  };
}

export function budgetsDocument(budgets: readonly BudgetState[], at = Date.now()): BudgetsDocument {
  return { schema: 1, generatedAt: new Date(at).toISOString(), budgets };
}

export function budget(parts: Partial<BudgetState> = {}): BudgetState {
  return {
    name: "all of it",
    period: "month",
    limitMicroUnits: 10_000_000,
    spentMicroUnits: 11_000_000,
    state: "exceeded",
    isHard: true,
    resetsAt: new Date(Date.now() + 3_600_000).toISOString(),
    ...parts,
  };
}

export function sloDocument(server: string): SloDocument {
  const state = { kind: "availability", objective: 0.999, window: "30d", good: 998, total: 1000, note: "" } as const;
  const objective = { name: "up", ...state, burnRates: { "1h": 2 }, state: "at-risk" } as const;
  return {
    schema: 1,
    generatedAt: new Date().toISOString(),
    timeZone: "Europe/Vienna",
    objectives: [
      { ...objective, server },
      { ...objective, server: "neighbour" },
    ],
  };
}
