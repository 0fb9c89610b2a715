import { basename, dirname, join } from "node:path";
import type { OpsError } from "@mcp-ops/formats";
import { matcher } from "../create/pattern.ts";
import { baseOfGlob, realPlaceOf } from "../create/walk.ts";
import { backupError } from "../errors.ts";
import type { FileFacts, Manifest, SourceFacts } from "../manifest/manifest.ts";
import { type BackupSet, type Source, sourceName } from "../set.ts";

/** Where a source of a backup belongs on this machine: told by the local configuration, never by the backup. */
export interface Place {
  readonly key: string;
  readonly source: Source;
  /** The folder below which everything of this source lies. */
  readonly root: string;
  /** Whether the configuration of now leaves it out: then no safety copy holds what is there. */
  readonly isLeftOut: (archived: string) => boolean;
  /** Below the root; "" is the root itself. */
  readonly pathOf: (archived: string) => string;
}

/**
 * The places of all file sources of a manifest that were there when it was made.
 * @throws BACKUP_SOURCE_NOT_CONFIGURED
 */
export async function placesOf(set: BackupSet, manifest: Manifest): Promise<readonly Place[]> {
  const wanted = manifest.sources.filter(({ kind, status }) => kind !== "database" && status === "ok");
  const places = await Promise.all(wanted.map((facts) => place(set, facts)));
  for (const each of places) refuseStrays(each, manifest.files);
  return places;
}

/** Every folder that a restore of this set could ever write to. */
export async function rootsOf(set: BackupSet): Promise<readonly string[]> {
  const places = set.sources.map((source) => source.path ?? baseOfGlob(source.glob as string));
  const real = await Promise.all(places.map(realPlaceOf));
  return [...real, ...real.map(dirname)];
}

async function place(set: BackupSet, { key, name, kind }: SourceFacts): Promise<Place> {
  const source = set.sources.find((candidate) => sourceName(candidate) === name);
  const isGlob = source?.path === undefined;
  if (source === undefined || (kind === "glob") !== isGlob) throw notConfigured(set, name, kind);
  const below = (archived: string) => archived.split("/").slice(2).join("/");
  const isExcluded = matcher(source.exclude ?? []);
  const inside = { key, source, pathOf: below, isLeftOut: (archived: string) => isExcluded(below(archived)) };
  if (source.path === undefined) return { ...inside, root: await realPlaceOf(baseOfGlob(source.glob)) };
  const real = await realPlaceOf(source.path);
  if (kind === "folder") return { ...inside, root: real };
  return { key, source, root: dirname(real), pathOf: () => basename(real), isLeftOut: () => false };
}

/** A trusted backup of another configuration still cannot write beside what this one names. */
function refuseStrays({ key, source }: Place, files: readonly FileFacts[]): void {
  if (source.path !== undefined) return;
  const base = baseOfGlob(source.glob);
  const isNamed = matcher([source.glob.slice(base === "/" ? 1 : base.length + 1)]);
  const prefix = `files/${key}/`;
  const stray = files.find(({ path }) => path.startsWith(prefix) && !isNamed(path.slice(prefix.length)));
  if (stray === undefined) return;
  throw backupError(
    "BACKUP_SOURCE_NOT_CONFIGURED",
    `The backup holds ${stray.path}, which the pattern ${source.glob} of the local configuration does not name. Nothing was touched. Restore it elsewhere with \`target\`.`,
  );
}

/** All paths of a place, and of nothing else. */
export function filesOf({ key }: Place, files: readonly FileFacts[]): readonly FileFacts[] {
  return files.filter(({ path }) => path === `files/${key}` || path.startsWith(`files/${key}/`));
}

export function absoluteOf({ root, pathOf }: Place, archived: string): string {
  return join(root, pathOf(archived));
}

function notConfigured(set: BackupSet, name: string, kind: string): OpsError {
  return backupError(
    "BACKUP_SOURCE_NOT_CONFIGURED",
    `The backup holds the ${kind} source ${JSON.stringify(name)}, which the set ${set.name} does not name on this machine, so it has no place to go. Name it in the configuration, or restore elsewhere with \`target\`.`,
  );
}
