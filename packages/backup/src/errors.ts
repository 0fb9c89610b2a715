import { OpsError } from "@mcp-ops/formats";

/** What can go wrong in this package, by code. */
export type BackupErrorCode =
  | "BACKUP_SET_INVALID"
  | "BACKUP_RETENTION_INVALID"
  | "BACKUP_SCHEDULE_INVALID"
  | "BACKUP_WATCH_INVALID"
  | "BACKUP_DUMP_INVALID"
  | "BACKUP_DUMP_FAILED"
  | "BACKUP_DUMP_DAMAGED"
  | "BACKUP_DUMP_CLIENT_TOO_OLD"
  | "BACKUP_PROGRAM_MISSING"
  | "BACKUP_S3_MISSING"
  | "BACKUP_S3_FAILED"
  | "BACKUP_BUSY"
  | "BACKUP_TOO_MANY_FILES"
  | "BACKUP_TOO_LARGE"
  | "BACKUP_NO_SPACE"
  | "BACKUP_WRITE_FAILED"
  | "BACKUP_ABORTED"
  | "BACKUP_NOT_FOUND"
  | "BACKUP_EXISTS"
  | "BACKUP_MANIFEST_INVALID"
  | "BACKUP_ARCHIVE_DAMAGED"
  | "BACKUP_ARCHIVE_HOSTILE"
  | "BACKUP_IDENTITY_NEEDED"
  | "BACKUP_KEY_INVALID"
  | "BACKUP_KEY_UNSAFE"
  | "BACKUP_NOT_TRUSTED"
  | "BACKUP_PLAINTEXT_REFUSED"
  | "BACKUP_SOURCE_NOT_CONFIGURED"
  | "BACKUP_CHAIN_BROKEN"
  | "BACKUP_RESTORE_FAILED"
  | "BACKUP_JOURNAL_INVALID"
  | "BACKUP_PROBE_FAILED";

export function backupError(code: BackupErrorCode, message: string, cause?: unknown): OpsError {
  return new OpsError(code, message, cause === undefined ? undefined : { cause });
}

/** What an `AbortSignal` throws. */
export function isStop(error: unknown): boolean {
  return (error as { name?: unknown } | undefined)?.name === "AbortError";
}

/** What happened and what to do, where the error is one of ours; of others no more than the reason. */
export function messageOf(error: unknown): string {
  const reason = reasonOf(error);
  return reason.startsWith("BACKUP_") ? (error as Error).message : reason;
}

/** `ENOSPC`, or the first words of the message where the system gave no code. */
export function reasonOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === "string" ? code : String(message ?? error).slice(0, 120);
}
