import { OpsError } from "@mcp-ops/formats";

/** What can go wrong in this package, by code; docs/errors.md tells what to do about each. */
export type SloErrorCode = "SLO_OBJECTIVE_INVALID" | "SLO_MONTH_INVALID";

export function sloError(code: SloErrorCode, message: string): OpsError {
  return new OpsError(code, message);
}
