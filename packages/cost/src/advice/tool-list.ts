import type { Advice } from "./advice.ts";
import { MONTH_DAYS } from "./saving.ts";
import { costsOf, daysBasis, definitionsOf, type ServerDays } from "./uses.ts";

/** A twentieth of a context of 200 000 tokens, gone before anybody has asked anything. */
const LARGE_LISTING_TOKENS = 10_000;
const MOST_NAMED = 5;

/** A list of tools that weighs on every conversation. */
export function toolListAdvice(of: ServerDays): Advice {
  const definitions = definitionsOf(of);
  const tokens = definitions?.tokens ?? 0;
  const about = { kind: "tool-list" as const, server: of.server, basis: { ...daysBasis(of), of: "days" as const } };
  if (definitions === undefined) {
    const text = "Not enough data: its tools have not been listed yet.";
    return { ...about, state: "not enough data", text, evidence: {} };
  }
  if (tokens <= LARGE_LISTING_TOKENS) {
    return { ...about, state: "fine", text: `Its list of tools takes ${tokens} tokens.`, evidence: { tokens } };
  }
  const weightiest = [...definitions.tools].sort(([, a], [, b]) => b - a).slice(0, MOST_NAMED);
  const names = weightiest.map(([tool, its]) => `${tool} (${its})`).join(", ");
  const costs = costsOf(of);
  const daily = costs.reduce((sum, one) => sum + one.definitions, 0) / Math.max(1, costs.length);
  const saving = Math.round(daily * MONTH_DAYS * (1 - LARGE_LISTING_TOKENS / tokens));
  return {
    ...about,
    state: "advised",
    text: `Its list of tools takes ${tokens} tokens of every conversation. Shorten or split it, above all ${names}.`,
    evidence: { tokens, tools: definitions.tools.length },
    ...(isPriced(costs) && { savingMicroUnitsPerMonth: saving }),
  };
}

export function isPriced(costs: readonly { readonly unpriced: readonly string[] }[]): boolean {
  return costs.length > 0 && costs.every(({ unpriced }) => !unpriced.includes("tokens"));
}
