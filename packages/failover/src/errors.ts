import { OpsError } from "@mcp-ops/formats";

/** What can go wrong in this package, by code. */
export type FailoverErrorCode =
  | "FAILOVER_TIMING_INVALID"
  | "FAILOVER_OPTIONS_INVALID"
  | "FAILOVER_CLOSED"
  | "FAILOVER_PERSIST_FAILED"
  | "FAILOVER_TTL_TOO_SHORT"
  | "FAILOVER_STORE_UNREACHABLE"
  | "FAILOVER_STORE_REFUSED"
  | "FAILOVER_PG_MISSING"
  | "FAILOVER_ARBITER_WAITS"
  | "FAILOVER_ARBITER_FORBIDDEN"
  | "FAILOVER_LEDGER_IN_USE"
  | "FAILOVER_LEDGER_UNUSABLE";

export function failoverError(code: FailoverErrorCode, message: string, cause?: unknown): OpsError {
  return new OpsError(code, message, cause === undefined ? undefined : { cause });
}
