import { CALL, pricedTokens } from "../money/use-amounts.ts";
import { type Advice, type Basis, isEnough, tooLittle } from "./advice.ts";
import { MONTH_DAYS } from "./saving.ts";
import { isPriced } from "./tool-list.ts";
import { costsOf, daysBasis, type ServerDays, usesOf } from "./uses.ts";

/** Tokens of a result, in the mean, that are worth a look: some ten pages of text. */
const LARGE_RESULT_TOKENS = 5_000;
/** Of what the tool costs; so much of it being tokens, shorter results are the only thing that helps. */
const MOSTLY = 0.8;

/** Tools whose results are what they cost; of the others nothing is said. */
export function toolResultsAdvice(of: ServerDays): readonly Advice[] {
  const tools = new Map<string, { calls: number; tokens: number }>();
  for (const { method, target, count, tokens } of usesOf(of)) {
    if (method !== CALL) continue;
    const { calls = 0, tokens: so = 0 } = tools.get(target) ?? {};
    tools.set(target, { calls: calls + count, tokens: so + pricedTokens(method, tokens) });
  }
  return [...tools].flatMap(([target, { calls, tokens }]) => {
    const advice = adviceFor(of, target, calls, tokens);
    return advice === undefined ? [] : [advice];
  });
}

function adviceFor(of: ServerDays, target: string, calls: number, tokens: number): Advice | undefined {
  const basis: Basis = { ...daysBasis(of), count: calls, of: "calls" };
  const meanTokens = Math.round(tokens / Math.max(1, calls));
  if (meanTokens < LARGE_RESULT_TOKENS) return undefined;
  const about = { kind: "tool-results" as const, server: of.server, target, basis };
  const evidence = { meanTokens, calls, tokens };
  if (!isEnough(basis)) return { ...about, state: "not enough data", text: tooLittle(basis), evidence };
  const text = `Its results take ${meanTokens} tokens a call. Return less, or page by page.`;
  const costs = costsOf(of);
  if (!isPriced(costs)) return { ...about, state: "advised", text, evidence };
  const tools = costs.flatMap(({ tools: all }) => all.filter((tool) => tool.target === target));
  const [whole, ofTokens] = [sumOf(tools.map((tool) => tool.microUnits)), sumOf(tools.map((tool) => tool.tokens))];
  if (ofTokens < MOSTLY * whole) return undefined;
  return {
    ...about,
    state: "advised",
    text: `${text} The saving is that of results half as long.`,
    evidence: { ...evidence, microUnits: whole, tokenMicroUnits: ofTokens },
    savingMicroUnitsPerMonth: Math.round((ofTokens * MONTH_DAYS) / costs.length / 2),
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
