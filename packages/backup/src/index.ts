export type { Dump, Dumper } from "./dump/dumper.ts";
export type { BackupErrorCode } from "./errors.ts";
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
export {
  type BackupRef,
  type BackupTarget,
  type ByteRange,
  isBackupId,
  newBackupId,
  timeOfId,
} from "./targets/target.ts";
