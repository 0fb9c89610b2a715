export { isRecipient } from "./archive/encryption.ts";
export type { OpenFile } from "./archive/open.ts";
export type { ChainEvent, ChainLine } from "./chain/chain.ts";
export { type BackupReport, createBackup } from "./create/create-backup.ts";
export type { CreateOptions } from "./create/options.ts";
export type { Problem } from "./create/problems.ts";
export { type Difference, type DiffOptions, diffBackups, diffDisk, type Side } from "./diff/diff.ts";
export type { KeyChanges } from "./diff/json-keys.ts";
export {
  type ConfigPlace,
  configPlaces,
  type DiscoverOptions,
  type Discovery,
  discover,
  type FoundConfig,
  type FoundServerFile,
  MAX_CONFIG_BYTES,
} from "./discovery/discover.ts";
export type { ConfigFormat, KnownConfig, Platform } from "./discovery/known-configs.ts";
export type { DatabaseDrill, DumpDrill } from "./drill/databases.ts";
export { type DrillOptions, type DrillReport, drill } from "./drill/drill.ts";
export { type CommandDumpOptions, commandDumper } from "./dump/command.ts";
export type { Dump, Dumper } from "./dump/dumper.ts";
export { DEFAULT_DUMP_MS } from "./dump/in-time.ts";
export { type PostgresDumpOptions, postgresDumper } from "./dump/postgres.ts";
export { drillPostgres } from "./dump/postgres-drill.ts";
export type { PostgresConnection } from "./dump/postgres-programs.ts";
export { type SqliteDumpOptions, sqliteDumper } from "./dump/sqlite.ts";
export { drillSqlite } from "./dump/sqlite-drill.ts";
export type { TableRows } from "./dump/table-rows.ts";
export type { BackupErrorCode } from "./errors.ts";
export { openSignKey, publicKeyOf } from "./manifest/keys.ts";
export type { ArchiveFacts, FileFacts, Manifest, SourceFacts, Totals } from "./manifest/manifest.ts";
export { type FetchOptions, fetchBackup, type Offered, offeredBackup } from "./offsite/fetch.ts";
export { type ReceiveOptions, receiveBackup } from "./offsite/receive.ts";
export { type SendOptions, sendBackup } from "./offsite/send.ts";
export type { OnProgress, Progress } from "./progress.ts";
export { type ExtractOptions, extractBackup } from "./restore/extract-backup.ts";
export type { Change } from "./restore/plan.ts";
export { recoverRestore } from "./restore/recover.ts";
export { type RestoreOptions, type RestoreReport, restoreBackup } from "./restore/restore-backup.ts";
export { DEFAULT_SAFETY_COPIES, safetyName } from "./restore/safety-copy.ts";
export { type Trust, trustOf } from "./restore/trust.ts";
export {
  FUTURE_TOLERANCE_MS,
  type Keep,
  type KeptBackup,
  plan as planRetention,
  type RetentionAlarm,
  type RetentionPlan,
} from "./retention/plan.ts";
export {
  DEFAULT_RETENTION,
  type RetentionPolicy,
} from "./retention/policy.ts";
export { type Clock, SYSTEM_CLOCK } from "./schedule/clock.ts";
export { DEFAULT_MAX_RETRY_AFTER_MS, DEFAULT_RETRY_AFTER_MS } from "./schedule/due.ts";
export {
  MAX_SLEEP_MS,
  openSchedule,
  type Schedule,
  type ScheduleOptions,
  type ScheduleStatus,
} from "./schedule/schedule.ts";
export { type Timetable, timetable } from "./schedule/timetable.ts";
export {
  type BackupSet,
  type Codec,
  checkSet,
  DEFAULT_CODEC,
  DEFAULT_MAX_FILES,
  type Source,
  sourceName,
} from "./set.ts";
export { lastGoodBackup } from "./store/last-good.ts";
export { type BackupInfo, type BackupStatus, backupStatus, listBackups, removeBackup } from "./store/list.ts";
export type { Attempt, SetState } from "./store/state.ts";
export { BackupStore } from "./store/store.ts";
export { LocalTarget } from "./targets/local.ts";
export { openS3Target } from "./targets/s3.ts";
export { DEFAULT_S3_ATTEMPTS, S3_PART_BYTES, type S3Identity, type S3Options } from "./targets/s3-options.ts";
export {
  type BackupRef,
  type BackupTarget,
  type ByteRange,
  isBackupId,
  MANIFEST_FILE,
  newBackupId,
  SEAL_FILE,
  timeOfId,
} from "./targets/target.ts";
export { type Verdict, type VerifyOptions, verifyBackup } from "./verify/verify-backup.ts";
export { type HistoryFinding, type SetVerdict, verifySet } from "./verify/verify-set.ts";
export type { ConfigAlarm } from "./watch/alarms.ts";
export {
  type ConfigWatch,
  DEFAULT_LOOK_EVERY_MS,
  DEFAULT_MAX_WAIT_MS,
  DEFAULT_QUIET_MS,
  MAX_CONFIGS,
  openConfigWatch,
  type WatchOptions,
} from "./watch/config-watch.ts";
export type { ConfigToWatch } from "./watch/watched-config.ts";
