export { type AuditLog, type AuditStats, auditLog } from "./audit-log.ts";
export type { AuditErrorCode } from "./errors.ts";
export {
  type AuditOptions,
  type CopyTarget,
  DEFAULT_CHECKPOINT_MS,
  DEFAULT_CHECKPOINT_RECORDS,
  DEFAULT_FLUSH_MS,
  DEFAULT_KEEP_BYTES,
  DEFAULT_KEEP_MS,
  DEFAULT_MAX_FILE_AGE_MS,
  DEFAULT_MAX_FILE_BYTES,
  DEFAULT_MAX_HOLD_MS,
  DEFAULT_MAX_QUEUE,
  DEFAULT_RETRY_MS,
  DEFAULT_SLOW_MS,
  type Durability,
  type Subject,
} from "./options.ts";
export { type AuditPlace, auditHeads, type Head } from "./reading/heads.ts";
export { type AuditLine, followAudit, lastRecords } from "./reading/records.ts";
export {
  DEFAULT_LOG_LEVEL,
  DEFAULT_LOG_MAX_BYTES,
  type RequestLog,
  type RequestLogOptions,
  type RequestLogStats,
  requestLog,
  requestLogger,
} from "./request-log.ts";
export type { Anchor, AuditVerdict, ChainVerdict, Finding, FindingKind, Tail } from "./verify/verdict.ts";
export { verifyAuditApart } from "./verify/verify-apart.ts";
export { type VerifyOptions, verifyAudit } from "./verify/verify-audit.ts";
