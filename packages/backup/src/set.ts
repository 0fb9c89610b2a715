import { isAbsolute, normalize } from "node:path";
import type { Dumper } from "./dump/dumper.ts";
import { backupError } from "./errors.ts";

/** What is backed up together, restored together and kept by one policy. */
export interface BackupSet {
  /** Names the folder of its backups: letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  readonly sources: readonly Source[];
  readonly dumpers?: readonly Dumper[];
  /** Default zstd: 2.2 times as fast as gzip here, and 11 % smaller (docs/backup.md). */
  readonly codec?: Codec;
  /** age recipients (`age1…`). With one or more, the archive is encrypted; its manifest is not. */
  readonly recipients?: readonly string[];
  /** An Ed25519 key of this machine (PEM, mode 0600), made when it is not there. With it, each manifest is signed. */
  readonly signKeyFile?: string;
  /** Public keys (SPKI in base64) whose backups may be restored here, besides this machine's own: needs `signKeyFile`. */
  readonly trustedKeys?: readonly string[];
}

export type Codec = "zstd" | "gzip" | "none";

export const DEFAULT_CODEC: Codec = "zstd";

/** A file or folder (`path`), or the files a pattern finds (`glob`); both absolute. */
export type Source = (
  | { readonly path: string; readonly glob?: undefined }
  | { readonly glob: string; readonly path?: undefined }
) & {
  /** A backup without it is a failed one; without an optional one it is partial. */
  readonly required: boolean;
  /** What it is called in manifests, by which a restore finds it again; default: its path or pattern. */
  readonly name?: string;
  /** Patterns (`*`, `**`, `?`), relative to the source, of what is left out on purpose, such as sockets. */
  readonly exclude?: readonly string[];
};

export const DEFAULT_MAX_FILES = 1_000_000;

export function sourceName(source: Source): string {
  return source.name ?? whereOf(source);
}

export function whereOf(source: Source): string {
  return source.path === undefined ? source.glob : source.path;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** @throws BACKUP_SET_INVALID with the first thing that cannot work. */
export function checkSet(set: BackupSet): void {
  checkSetName(set.name);
  const names = set.sources.map(sourceName);
  for (const source of set.sources) checkSource(set.name, source);
  refuseTwins(set.name, "source", names);
  const dumpers = set.dumpers ?? [];
  for (const { name } of dumpers) {
    if (!NAME.test(name)) throw invalid(set.name, `the database name ${JSON.stringify(name)} is not plain. ${PLAIN}`);
  }
  refuseTwins(
    set.name,
    "database",
    dumpers.map(({ name }) => name),
  );
  if (names.length + dumpers.length === 0) throw invalid(set.name, "it names nothing to save. Give it a source.");
  if ((set.trustedKeys ?? []).length > 0 && set.signKeyFile === undefined) {
    throw invalid(
      set.name,
      "it has trusted keys, but none of its own, so that what is made here, safety copies too, could not be restored here. Give it one (`signKeyFile`, in a config `signKey`); it is made on first use.",
    );
  }
}

const PLAIN = "Use letters, digits, dots, dashes and underscores.";

export function checkSetName(name: string): void {
  if (!NAME.test(name)) throw invalid(name, `its name is not plain. ${PLAIN}`);
}

function checkSource(set: string, source: Source): void {
  const where = whereOf(source);
  if (!isAbsolute(where)) throw invalid(set, `the source ${where} is relative. Write it from the root of the disk.`);
  if (source.glob !== undefined && /[[\]{}()!]/.test(where)) {
    throw invalid(set, `the pattern ${where} holds more than *, ** and ?. Write it as several sources.`);
  }
  if (where !== normalize(where).replace(/(?<=.)\/$/, ""))
    throw invalid(set, `the source ${where} is written with detours. Write ${normalize(where)}.`);
}

function refuseTwins(set: string, kind: string, names: readonly string[]): void {
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw invalid(set, `two of its ${kind}s are called ${twin}. Give each a name of its own.`);
}

function invalid(set: string, what: string) {
  return backupError("BACKUP_SET_INVALID", `The backup set ${JSON.stringify(set)} cannot work: ${what}`);
}
