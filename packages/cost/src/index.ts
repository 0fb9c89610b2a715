// Usage and the ledger.

// Prices, money, budgets and advice.
export { ADVICE_KINDS, ADVICE_WINDOW_DAYS, type Advice, type AdviceKind } from "./advice/advice.ts";
export { type AdviceFacts, advise } from "./advice/advise.ts";
export type { ComputeFacts } from "./advice/compute.ts";
export type { AdviceDay } from "./advice/uses.ts";
export {
  BUDGET_PERIODS,
  type Budget,
  type BudgetPeriod,
  budgetFaults,
  DEFAULT_WARN_AT,
  readBudget,
  type WrittenBudget,
} from "./budgets/budget.ts";
export { type BudgetFacts, budgetState } from "./budgets/budget-state.ts";
export { forecast, type Known } from "./budgets/forecast.ts";
export { type Period, periodOf } from "./budgets/period.ts";
export { MINUTE_MS, type Minute, shiftDay, Zone } from "./calendar/zone.ts";
export { type CostDayOptions, costDay } from "./money/cost-day.ts";
export { type PriceBook, type PriceVersion, priceCuts, pricesAt } from "./prices/book.ts";
export { DEFAULT_BOOK } from "./prices/default-book.ts";
export { readPriceBook } from "./prices/read-book.ts";
export type { WrittenBook, WrittenPrices, WrittenServerPrices, WrittenVersion } from "./prices/written-book.ts";
export { type Outlook, outlooks } from "./views/outlook.ts";
export { type CostRow, ROWS_BY, type RowsBy, rowsOf } from "./views/rows.ts";
export { type Top, type TopRow, topOf } from "./views/top.ts";
export { type ServerTotal, type Totals, totalsOf } from "./views/totals.ts";
