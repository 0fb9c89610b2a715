import { randomBytes } from "node:crypto";

/** One backup: a manifest and an archive under one id. */
export interface BackupRef {
  readonly set: string;
  /** UTC time and six random digits, `20261121T061904123Z-0a1b2c`: sorts by time. */
  readonly id: string;
}

/** From the first byte to the last, both included, as HTTP counts. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * A place that keeps backups. Whoever adds one runs `testing/target-suite.ts` over it.
 *
 * A backup is three files: `manifest.json`, `seal.json` (the manifest's checksum and signature) and the archive that the manifest
 * names. It is visible exactly when its manifest is.
 */
export interface BackupTarget {
  /** For messages: a folder, a bucket. */
  readonly name: string;
  /** Whether what is stored here stays on this machine. What leaves it is encrypted and signed. */
  readonly isLocal: boolean;
  /** The visible backups of a set, oldest first. */
  list(set: string): AsyncIterable<BackupRef>;
  /** @throws BACKUP_NOT_FOUND when there is no such backup or file. */
  open(ref: BackupRef, file: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array>>;
  /**
   * Bytes of a file.
   * @throws BACKUP_NOT_FOUND when there is no such backup or file.
   */
  size(ref: BackupRef, file: string): Promise<number>;
  /**
   * Copies the files of `folder`; they become visible at once and durably, or not at all, whatever kills the process.
   * @throws BACKUP_EXISTS when a backup of this id is there: none is ever written over.
   */
  publish(ref: BackupRef, folder: string, signal?: AbortSignal): Promise<void>;
  /** Makes it invisible first, then removes its files. Removing what is not there is no error. */
  remove(ref: BackupRef): Promise<void>;
}

export const MANIFEST_FILE = "manifest.json";
export const SEAL_FILE = "seal.json";

const ID = /^\d{8}T\d{9}Z-[0-9a-f]{6}$/;

export function isBackupId(text: string): boolean {
  return ID.test(text);
}

export function newBackupId(timeMs: number): string {
  return `${new Date(timeMs).toISOString().replaceAll(/[-:.]/g, "")}-${randomBytes(3).toString("hex")}`;
}

/** Milliseconds since 1970 of the moment an id names. */
export function timeOfId(id: string): number {
  const [, y, mo, d, h, mi, s, ms] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(id) ?? [];
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}.${ms}Z`);
}
