export {
  AUDIT_GENESIS,
  AUDIT_SCHEMA,
  type AuditFields,
  type AuditFileName,
  type AuditHead,
  type AuditOutcome,
  type AuditRecord,
  auditFileName,
  auditServerSlug,
  type ChainEvent,
  type ChainFields,
  type DroppedFields,
  type ExchangeEvent,
  type ExchangeFields,
  type PlainFields,
  type PreviousEnd,
  type PrunedFields,
  parseAuditFileName,
  type SignedFields,
  type StartFields,
  type TransitionFields,
} from "./audit-record.ts";
export { BACKUP_TROUBLES, type BackupTrouble } from "./backup-metrics.ts";
export { CLIENT_FAULT_CODES, LABELLED_CODES, OPS_RPC, RPC } from "./codes.ts";
export {
  BUDGET_STATES,
  type BudgetState,
  type BudgetsDocument,
  type CostDay,
  type CostDocument,
  MAX_COST_DAYS,
  PRICED_THINGS,
  type PricedThing,
  type ServerCost,
  type ShareCost,
  type ToolCost,
} from "./cost-document.ts";
export { COST_PARTS, LEDGER_LOST } from "./cost-metrics.ts";
export { ARBITER_ANSWERS, ARBITER_REFUSALS, FAILOVER_REASONS } from "./failover-metrics.ts";
export {
  EPOCH_FILE_VARIABLE,
  FENCING_HEADER,
  FENCING_META_KEY,
  parseToken,
  TOKEN_COUNTER_BITS,
} from "./fencing.ts";
export { TURNED_AWAY_FOR, type TurnedAwayFor } from "./follow-metrics.ts";
export { FENCED_BY, type FencedBy } from "./guard-metrics.ts";
export {
  type ConnectionDetails,
  type Criticality,
  type DependencyDetails,
  type DependencyStatus,
  type DependencySummary,
  HEALTH_RESOURCE_URI,
  HEALTH_STATUS_VALUES,
  type HealthDetails,
  type HealthDocument,
  type HealthStatus,
  type HealthSummary,
  type MemoryDetails,
  OVERALL_CHECK,
} from "./health-document.ts";
export {
  BUDGETS_FILE,
  COST_FILE,
  formatJournalLine,
  JOURNAL_FOLDER,
  JOURNAL_STATUSES,
  type JournalDefinitions,
  type JournalLine,
  type JournalLost,
  type JournalStart,
  type JournalStatus,
  type JournalUse,
  journalFileName,
  journalStatus,
  latencyBucketUs,
  MAX_LISTED_TOOLS,
  MAX_REPORTED_TOOLS,
  parseJournalFileName,
  parseJournalLine,
  SLO_FILE,
  TOKEN_METHODS,
  type TokenMethod,
  USAGE_META_KEY,
} from "./journal.ts";
export { TOKEN_KINDS, type TokenKind } from "./journal-metrics.ts";
export { LISTEN_METHOD, OTHER, PROTOCOL_METHODS } from "./methods.ts";
export { PROTOCOL_REVISIONS } from "./metric-labels.ts";
export type { LabelRow, MetricFamily, MetricRow } from "./metric-row.ts";
export { METRIC, METRIC_TABLE } from "./metric-table.ts";
export { OpsError } from "./ops-error.ts";
export { type Category, type Ending, type Judgement, judge, type Question, type Status } from "./outcomes.ts";
export { processMetric } from "./process-metrics.ts";
export {
  DEFAULT_REDACT_MAX_BYTES,
  DEFAULT_REDACT_MAX_DEPTH,
  type RedactOptions,
  type Redactor,
  redactor,
} from "./redact.ts";
export {
  type Boot,
  bootOfFileName,
  formatRegistration,
  parseRegistration,
  type Registration,
  registrationFileName,
  runtimeFolder,
  socketFileName,
} from "./registration.ts";
export { ROLE_SCHEMA, type Role, type RoleDocument } from "./role.ts";
export { ROLE_QUERY, type RoleSaid, roleSeen } from "./role-query.ts";
export { REDACTED, type TextPattern, withoutSecrets } from "./secrets-in-text.ts";
export {
  BURN_WINDOWS,
  type BurnWindow,
  SLO_KINDS,
  SLO_STATES,
  SLO_WINDOWS,
  type SloDocument,
  type SloKind,
  type SloState,
  type SloWindow,
} from "./slo-document.ts";
export { STATUS_MEANING } from "./status-meaning.ts";
