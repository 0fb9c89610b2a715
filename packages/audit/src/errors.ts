import { OpsError } from "@mcp-ops/formats";

/** What can go wrong in this package, by code. */
export type AuditErrorCode =
  | "AUDIT_OPTIONS_INVALID"
  | "AUDIT_STDOUT_TAKEN"
  | "AUDIT_KEY_UNSAFE"
  | "AUDIT_KEY_INVALID"
  | "AUDIT_WRITE_FAILED"
  | "AUDIT_CHAIN_TAKEN"
  | "AUDIT_ROTATION_FAILED"
  | "AUDIT_HOUSEKEEPING_FAILED"
  | "AUDIT_WRITER_ENDED"
  | "AUDIT_WRITER_RESTARTED"
  | "AUDIT_RECORD_FAILED"
  | "AUDIT_QUEUE_FULL"
  | "AUDIT_COPY_FAILED"
  | "AUDIT_REQUEST_LOG_FAILED"
  | "AUDIT_NOTHING_TO_VERIFY";

export function auditError(code: AuditErrorCode, message: string, cause?: unknown): OpsError {
  return new OpsError(code, message, cause === undefined ? undefined : { cause });
}

/** `ENOSPC`, or the first words of the message where the system gave no code. */
export function reasonOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === "string" ? code : String(message ?? error).slice(0, 120);
}
