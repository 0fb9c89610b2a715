import { OpsError } from "@mcp-ops/formats";

/** What can go wrong in this package, by code. */
export type FailoverErrorCode =
  | "FAILOVER_TIMING_INVALID"
  | "FAILOVER_OPTION_WRONG"
  | "FAILOVER_CLOSED"
  | "FAILOVER_PERSIST_FAILED";

export function failoverError(code: FailoverErrorCode, message: string, cause?: unknown): OpsError {
  return new OpsError(code, message, cause === undefined ? undefined : { cause });
}
