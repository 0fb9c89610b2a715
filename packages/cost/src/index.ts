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
export {
  DEFAULT_MAX_JOURNAL_BYTES,
  type JournalReading,
  type JournalReadingOptions,
  readJournals,
} from "./journals/read-journals.ts";
export type { UsageBooking } from "./ledger/backlog.ts";
export type { LedgerDamage } from "./ledger/file.ts";
export type { JournalPiece, JournalPlace } from "./ledger/journal-book.ts";
export { Ledger, type LedgerOptions } from "./ledger/ledger.ts";
export {
  DEFAULT_LEDGER_LIMITS,
  DEFAULT_LEDGER_RETENTION,
  type LedgerLimits,
  type LedgerRetention,
} from "./ledger/limits.ts";
export type { Range } from "./ledger/minute-query.ts";
export { openLedger } from "./ledger/open-ledger.ts";
export type { Calendar } from "./ledger/segments.ts";
export { MACHINE } from "./ledger/usage-book.ts";
export { type CostDayOptions, costDay } from "./money/cost-day.ts";
export { type PriceBook, type PriceVersion, priceCuts, pricesAt } from "./prices/book.ts";
export { DEFAULT_BOOK } from "./prices/default-book.ts";
export { readPriceBook } from "./prices/read-book.ts";
export { UNIT_KEYS } from "./prices/units.ts";
export type { WrittenBook, WrittenPrices, WrittenServerPrices, WrittenVersion } from "./prices/written-book.ts";
export type {
  Compute,
  Coverage,
  DayQuantities,
  DefinitionQuantities,
  LostCounts,
  MachineQuantities,
  OutcomeDay,
  OutcomeRow,
  PriceCut,
  SegmentQuantities,
  ServerQuantities,
  SessionQuantities,
  UsagePoint,
  UseCounts,
  UseQuantities,
} from "./quantities.ts";
export { type Cgroup, cgroupAt, cgroupOf, KERNEL, type KernelFolders, limitsOf } from "./usage/cgroup.ts";
export { look } from "./usage/look.ts";
export {
  type Interval,
  MAX_GAP_PERIODS,
  type MeterOptions,
  type MeterState,
  type MeterStep,
  step,
} from "./usage/meter.ts";
export { thisMoment } from "./usage/moment.ts";
export type {
  GroupReading,
  Moment,
  NetworkReading,
  OwnerReading,
  ProcessReading,
  Reading,
} from "./usage/reading.ts";
export { type Allocation, type ReservedInterval, type ReserveState, reserve } from "./usage/reserve.ts";
export { DEFAULT_MAX_ENTRIES, storageOf } from "./usage/storage.ts";
export type { Watched } from "./usage/watched.ts";
export type {
  AdviceAnswer,
  CostHeading,
  DaysHeading,
  ExportAnswer,
  ForecastAnswer,
  PricesAnswer,
  SummaryAnswer,
  TopAnswer,
} from "./views/answers.ts";
export { costDocumentText, daysThatFit } from "./views/document.ts";
export { type Outlook, outlooks } from "./views/outlook.ts";
export { type CostRow, ROWS_BY, type RowsBy, rowsOf } from "./views/rows.ts";
export { type Top, type TopRow, topOf } from "./views/top.ts";
export { type ServerTotal, type Totals, totalsOf } from "./views/totals.ts";
