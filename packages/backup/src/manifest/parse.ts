import { z } from "zod";
import { backupError } from "../errors.ts";
import { isBackupId } from "../targets/target.ts";
import { type FileFacts, isArchived, MANIFEST_SCHEMA, type Manifest, totalsOf } from "./manifest.ts";
import { isInsideTree, isPlainPath } from "./paths.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const time = z.iso.datetime();
const id = z.string().refine(isBackupId, "is no id of a backup");

const file: z.ZodType<FileFacts> = z
  .strictObject({
    path: z.string().max(16_384).refine(isPlainPath, "is no plain path below files/ or databases/"),
    type: z.enum(["file", "folder", "link", "other"]),
    status: z.enum(["ok", "changed", "missing", "unreadable", "skipped"]),
    reason: z.string().max(200).optional(),
    size: count,
    mode: z.int().min(0).max(0o7777),
    uid: count,
    gid: count,
    // 64 bits of seconds, as file systems have them: a file can be of the year 9999.
    mtimeNs: z.string().regex(/^-?\d{1,28}$/),
    sha256: sha256.optional(),
    target: z.string().max(16_384).optional(),
  })
  .refine((facts) => !isArchived(facts) || isWhole(facts), "is archived, but not described in full");

const manifest: z.ZodType<Manifest> = z.strictObject({
  schema: z.literal(MANIFEST_SCHEMA),
  tool: z.string().max(100),
  set: z.string().max(100),
  id,
  host: z.string().max(255),
  startedAt: time,
  finishedAt: time,
  result: z.enum(["complete", "partial"]),
  archive: z.strictObject({
    file: z.string().regex(/^data\.tar[a-z.]{0,12}$/),
    bytes: count,
    sha256,
    codec: z.enum(["zstd", "gzip", "none"]),
    encryption: z.enum(["none", "age"]),
  }),
  sources: z
    .array(
      z.strictObject({
        key: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
        name: z.string().max(16_384),
        kind: z.enum(["file", "folder", "glob", "database"]),
        required: z.boolean(),
        status: z.enum(["ok", "missing", "unreadable", "failed"]),
        notes: z.array(z.string().max(1000)).max(100),
      }),
    )
    .max(10_000),
  files: z.array(file),
  totals: z.strictObject({
    files: count,
    bytes: count,
    changed: count,
    missing: count,
    unreadable: count,
    skipped: count,
  }),
  previous: z.strictObject({ id, sha256 }).nullable(),
});

function isWhole({ type, sha256, target, path }: FileFacts): boolean {
  if (type === "file") return sha256 !== undefined;
  if (type === "link") return target !== undefined && isInsideTree(path, target);
  return type === "folder";
}

/**
 * Reads what somebody else may have written: nothing of it is believed that does not hold together.
 * @throws BACKUP_MANIFEST_INVALID
 */
export function parseManifest(text: string, expected?: { readonly set: string; readonly id: string }): Manifest {
  const parsed = manifest.safeParse(json(text));
  if (!parsed.success) throw invalid(firstIssue(parsed.error));
  const value = parsed.data;
  if (expected !== undefined && (value.set !== expected.set || value.id !== expected.id)) {
    throw invalid(`it is that of ${value.set}/${value.id}, not of ${expected.set}/${expected.id}`);
  }
  const keys = new Set(value.sources.map(({ key, kind }) => `${kind === "database" ? "databases" : "files"}/${key}`));
  const stray = value.files.find(({ path }) => !keys.has(path.split("/", 2).join("/")));
  if (stray !== undefined) throw invalid(`the file ${stray.path} belongs to none of its sources`);
  refuseConflicts(value.files);
  if (JSON.stringify(totalsOf(value.files)) !== JSON.stringify(value.totals)) throw invalid("its totals are not right");
  return value;
}

/** Two entries of one path, or an entry below something that is no folder, is how archives escape. */
function refuseConflicts(files: readonly FileFacts[]): void {
  const types = new Map<string, FileFacts["type"]>();
  for (const { path, type } of files) {
    if (types.has(path)) throw invalid(`it names ${path} twice`);
    types.set(path, type);
  }
  for (const { path } of files) {
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      const above = types.get(path.slice(0, at));
      if (above !== undefined && above !== "folder") throw invalid(`${path} lies below something that is no folder`);
    }
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid("it is no JSON", error);
  }
}

function firstIssue(error: z.ZodError): string {
  const { path, message } = error.issues[0] as { path: PropertyKey[]; message: string };
  return `${path.map(String).join(".") || "it"}: ${message}`;
}

function invalid(what: string, cause?: unknown) {
  return backupError(
    "BACKUP_MANIFEST_INVALID",
    `The manifest cannot be trusted: ${what}. Use another backup; \`list\` and \`verify\` show which are sound.`,
    cause,
  );
}
