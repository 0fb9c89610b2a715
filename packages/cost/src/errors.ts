import { OpsError } from "@mcp-ops/formats";

/** What can go wrong in this package, by code; docs/errors.md tells what to do about each. */
export type CostErrorCode =
  | "COST_ZONE_UNKNOWN"
  | "COST_LEDGER_IN_USE"
  | "COST_LEDGER_NEWER"
  | "COST_LEDGER_UNUSABLE"
  | "COST_LEDGER_DAMAGED"
  | "COST_LEDGER_FULL"
  | "COST_PRICES_INVALID"
  | "COST_BUDGET_INVALID";

export function costError(code: CostErrorCode, message: string, cause?: unknown): OpsError {
  return new OpsError(code, message, cause === undefined ? undefined : { cause });
}
