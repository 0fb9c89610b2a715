// Usage and the ledger.
export { MINUTE_MS, type Minute, shiftDay, Zone } from "./calendar/zone.ts";
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

// Prices, money, budgets and advice.
