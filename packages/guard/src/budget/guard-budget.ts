import { type Exchange, type Gate, PASS } from "@mcp-ops/exchange";
import type { BudgetState } from "@mcp-ops/formats";
import { overBudget } from "./over-budget.ts";

/** What the sidecar has said of budgets, and how long ago. */
export interface KnownBudgets {
  readonly budgets: readonly BudgetState[];
  readonly ageMs: number;
}

export interface BudgetGateOptions {
  /** What is known now; undefined where nobody has said anything. Asked for each call of a tool, and so from memory. */
  readonly known: () => KnownBudgets | undefined;
  /** What was said longer ago refuses nothing, in milliseconds. Default: five minutes. */
  readonly maxAgeMs?: number | undefined;
  /** Wall clock in milliseconds, for tests. */
  readonly now?: (() => number) | undefined;
}

/** What has happened at a budget gate. */
export interface BudgetStats {
  /** Refused calls by the name of the budget. */
  readonly refused: ReadonlyMap<string, number>;
  /** Age of what the gate goes by; infinite while it knows nothing. */
  readonly ageMs: number;
}

/** A gate that refuses calls of tools for which a budget with a hard cap is used up. */
export interface BudgetGuard {
  readonly gate: Gate;
  stats(): BudgetStats;
}

/** The sidecar writes every minute at least: whoever has said nothing for so long may be down, and must not keep calls from being made. */
export const DEFAULT_MAX_BUDGET_AGE_MS = 300_000;

/** Budgets are written by an operator, and are few. */
const MAX_BUDGETS = 1000;

/** Guards what passes with these budgets. Off the path something else has to keep them known. */
export function guardBudget(options: BudgetGateOptions): BudgetGuard {
  const { known, maxAgeMs = DEFAULT_MAX_BUDGET_AGE_MS, now = Date.now } = options;
  const refused = new Map<string, number>();
  const gate: Gate = (exchange) => {
    if (exchange.method !== "tools/call" || exchange.direction !== "inbound") return PASS;
    const said = known();
    if (said === undefined || said.ageMs > maxAgeMs) return PASS;
    const at = now();
    const exceeded = said.budgets.filter((budget) => isOver(budget, at) && isFor(budget, exchange));
    const [last] = exceeded.sort((a, b) => Date.parse(b.resetsAt) - Date.parse(a.resetsAt));
    if (last === undefined) return PASS;
    if (refused.has(last.name) || refused.size < MAX_BUDGETS) refused.set(last.name, (refused.get(last.name) ?? 0) + 1);
    return { answer: overBudget(last, at) };
  };
  Object.defineProperty(gate, "name", { value: "budget" });
  return { gate, stats: () => ({ refused, ageMs: known()?.ageMs ?? Number.POSITIVE_INFINITY }) };
}

/** A period that has ended does not count, even when the sidecar has not looked since. */
function isOver({ isHard, state, resetsAt }: BudgetState, now: number): boolean {
  return isHard && state === "exceeded" && Date.parse(resetsAt) > now;
}

function isFor({ server, target, principal }: BudgetState, exchange: Exchange): boolean {
  return (
    (server === undefined || server === exchange.server) &&
    (target === undefined || target === exchange.target) &&
    (principal === undefined || principal === exchange.principal)
  );
}
