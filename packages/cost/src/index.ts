// Usage and the ledger.
export { MINUTE_MS, type Minute, shiftDay, Zone } from "./calendar/zone.ts";
// Prices, money, budgets and advice.
export { type PriceBook, type PriceVersion, priceCuts, pricesAt } from "./prices/book.ts";
export { DEFAULT_BOOK } from "./prices/default-book.ts";
export { readPriceBook } from "./prices/read-book.ts";
export type { WrittenBook, WrittenVersion } from "./prices/written-book.ts";
export type {
  Compute,
  Coverage,
  DayQuantities,
  DefinitionQuantities,
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
