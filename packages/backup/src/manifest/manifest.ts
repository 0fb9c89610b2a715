import type { Codec } from "../set.ts";

export const MANIFEST_SCHEMA = "mcp-ops/backup/1";

/** What a backup holds, and what it could not hold. docs/backup.md explains every field. */
export interface Manifest {
  readonly schema: typeof MANIFEST_SCHEMA;
  /** The version of `@mcp-ops/backup` that made it. */
  readonly tool: string;
  readonly set: string;
  readonly id: string;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** A failed run leaves no backup. */
  readonly result: "complete" | "partial";
  readonly archive: ArchiveFacts;
  readonly sources: readonly SourceFacts[];
  /** In the order of the archive; what has no entry there is marked by its status. */
  readonly files: readonly FileFacts[];
  readonly totals: Totals;
  /** The backup of this set before this one. */
  readonly previous: { readonly id: string; readonly sha256: string } | null;
}

export interface ArchiveFacts {
  readonly file: string;
  /** Of the file as it is stored, compressed and perhaps encrypted. */
  readonly bytes: number;
  readonly sha256: string;
  readonly codec: Codec;
  readonly encryption: "none" | "age";
}

export interface SourceFacts {
  /** Its entries lie below `files/<key>`, or `databases/<key>`. */
  readonly key: string;
  readonly name: string;
  readonly kind: "file" | "folder" | "glob" | "database";
  readonly required: boolean;
  readonly status: "ok" | "missing" | "unreadable" | "failed";
  readonly notes: readonly string[];
}

export interface FileFacts {
  /** In the archive: `files/0/claude.json`. */
  readonly path: string;
  readonly type: "file" | "folder" | "link" | "other";
  /** `changed`: in the archive as it was read, while something wrote to it. `missing`, `unreadable`, `skipped`: not in the archive. */
  readonly status: "ok" | "changed" | "missing" | "unreadable" | "skipped";
  readonly reason?: string | undefined;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: string;
  /** Of a file's content; of nothing else. */
  readonly sha256?: string | undefined;
  /** Where a link points, relative and inside its source. */
  readonly target?: string | undefined;
}

export interface Totals {
  readonly files: number;
  readonly bytes: number;
  readonly changed: number;
  readonly missing: number;
  readonly unreadable: number;
  readonly skipped: number;
}

export function isArchived(file: FileFacts): boolean {
  return file.status === "ok" || file.status === "changed";
}

export function totalsOf(files: readonly FileFacts[]): Totals {
  const count = (status: FileFacts["status"]) => files.filter((file) => file.status === status).length;
  const saved = files.filter((file) => file.type === "file" && isArchived(file));
  return {
    files: saved.length,
    bytes: saved.reduce((sum, { size }) => sum + size, 0),
    changed: count("changed"),
    missing: count("missing"),
    unreadable: count("unreadable"),
    skipped: count("skipped"),
  };
}
