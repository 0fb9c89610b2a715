import { picoUnits } from "./decimal.ts";
import { type ComputeKind, callRate, computeRate, tokenRate, UNIT_KEYS, UNITS } from "./units.ts";
import type { WrittenModel, WrittenPrice, WrittenServerPrices } from "./written-book.ts";

/** Whole grains (units.ts) for each of what the ledger counts. What is left out has no price. */
export interface Rates extends Readonly<Partial<Record<ComputeKind, bigint>>> {
  /** For each token that a model reads. */
  readonly token?: bigint;
  readonly call?: bigint;
  /** Of tools with a price of their own per call. */
  readonly tools?: ReadonlyMap<string, bigint>;
}

/** Reads prices that were checked, over those that hold for every server. */
export function ratesFrom(
  prices: WrittenServerPrices,
  models: Readonly<Record<string, WrittenModel>>,
  general: Rates = {},
): Rates {
  const compute = UNIT_KEYS.flatMap((key) => {
    const price = prices[key];
    return price === undefined ? [] : [[UNITS[key].of, computeRate(key, pico(price))] as const];
  });
  const model = prices.model === undefined ? undefined : models[prices.model];
  return {
    ...general,
    ...Object.fromEntries(compute),
    ...(model !== undefined && { token: tokenRate(pico(model.inputMillionTokens)) }),
    ...(prices.call !== undefined && { call: callRate(pico(prices.call)) }),
    ...(prices.tools !== undefined && { tools: toolRates(prices.tools) }),
  };
}

/** What a call of a tool costs. */
export function callPrice(rates: Rates, target: string): bigint | undefined {
  return rates.tools?.get(target) ?? rates.call;
}

function toolRates(tools: Readonly<Record<string, WrittenPrice>>): ReadonlyMap<string, bigint> {
  return new Map(Object.entries(tools).map(([tool, price]) => [tool, callRate(pico(price))]));
}

function pico(price: WrittenPrice): bigint {
  return picoUnits(price) ?? 0n;
}
