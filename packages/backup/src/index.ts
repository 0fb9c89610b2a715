export type { Dump, Dumper } from "./dump/dumper.ts";
export type { BackupErrorCode } from "./errors.ts";
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
