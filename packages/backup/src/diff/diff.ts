import { readFile } from "node:fs/promises";
import { openArchive } from "../archive/open.ts";
import { readAll } from "../archive/read-all.ts";
import { walkSource } from "../create/walk.ts";
import { loadManifest, opener } from "../manifest/load.ts";
import { type FileFacts, isArchived, type Manifest } from "../manifest/manifest.ts";
import { absoluteOf, placesOf } from "../restore/places.ts";
import { hashOf } from "../restore/plan.ts";
import type { BackupSet } from "../set.ts";
import type { BackupStore } from "../store/store.ts";
import type { BackupRef, BackupTarget } from "../targets/target.ts";
import { jsonKeyChanges, type KeyChanges } from "./json-keys.ts";

/** A path that is not the same on both sides. It tells sizes, checksums and names of JSON members; no content. */
export interface Difference {
  /** `<source>: <path below it>`; the same on both sides, also when the sources were listed in another order. */
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  readonly before: Side | undefined;
  readonly after: Side | undefined;
  /** Of JSON and JSONC files up to 1 MiB. */
  readonly keys: KeyChanges | undefined;
}

export interface Side {
  readonly type: FileFacts["type"];
  readonly status: FileFacts["status"];
  readonly size: number;
  readonly mode: number;
  readonly sha256: string | undefined;
}

export interface DiffOptions {
  readonly from?: BackupTarget;
  readonly identities?: readonly string[];
}

/** What `after` has that `before` has not, and so on. */
export async function diffBackups(
  store: BackupStore,
  before: BackupRef,
  after: BackupRef,
  options: DiffOptions = {},
): Promise<readonly Difference[]> {
  const [old, now] = [await fromBackup(store, before, options), await fromBackup(store, after, options)];
  return compare(old, now);
}

/** What the disk has now that the backup has not, and so on. */
export async function diffDisk(
  store: BackupStore,
  set: BackupSet,
  before: BackupRef,
  options: DiffOptions = {},
): Promise<readonly Difference[]> {
  const old = await fromBackup(store, before, options);
  return compare(old, await fromDisk(store, set, old.manifest));
}

interface Tree {
  readonly files: ReadonlyMap<string, FileFacts>;
  /** Texts of the files with these paths, as far as they can be read. */
  readonly texts: (paths: ReadonlySet<string>) => Promise<ReadonlyMap<string, string>>;
}

async function fromBackup(
  store: BackupStore,
  ref: BackupRef,
  { from = store.target, identities = [] }: DiffOptions,
): Promise<Tree & { readonly manifest: Manifest }> {
  const { manifest } = await loadManifest(opener(from, ref), ref);
  const texts = async (paths: ReadonlySet<string>) => {
    const found = new Map<string, string>();
    if (paths.size === 0) return found;
    for await (const { facts, content } of openArchive(opener(from, ref), manifest, identities)) {
      const path = nameOf(manifest, facts.path);
      if (paths.has(path)) found.set(path, (await readAll(content, facts.size)).toString());
    }
    return found;
  };
  return { manifest, texts, files: new Map(manifest.files.map((facts) => [nameOf(manifest, facts.path), facts])) };
}

async function fromDisk(store: BackupStore, set: BackupSet, manifest: Manifest): Promise<Tree> {
  const files = new Map<string, FileFacts>();
  const places = new Map<string, string>();
  for (const place of await placesOf(set, manifest)) {
    for (const { facts, absolute } of (await walkSource(place.source, place.key, store.folder)).found) {
      const sha256 = facts.type === "file" && isArchived(facts) ? await hashOf(absolute) : undefined;
      files.set(nameOf(manifest, facts.path), { ...facts, sha256 });
      places.set(nameOf(manifest, facts.path), absoluteOf(place, facts.path));
    }
  }
  const texts = async (paths: ReadonlySet<string>) => {
    const read = [...paths].map(
      async (path) => [path, await readFile(places.get(path) ?? "", "utf8").catch(() => "")] as const,
    );
    return new Map(await Promise.all(read));
  };
  return { files, texts };
}

function nameOf({ sources }: Manifest, path: string): string {
  const [tree, key, ...rest] = path.split("/");
  const source = sources.find((each) => each.key === key && (each.kind === "database") === (tree === "databases"));
  return `${source?.name ?? key}: ${rest.join("/") || "."}`;
}

async function compare(before: Tree, after: Tree): Promise<readonly Difference[]> {
  const paths = [...new Set([...before.files.keys(), ...after.files.keys()])].sort();
  const found = paths.flatMap((path) => difference(path, before.files.get(path), after.files.get(path)));
  const json = new Set(found.filter(isJson).map(({ path }) => path));
  const [old, now] = await Promise.all([before.texts(json), after.texts(json)]);
  return found.map((each) => {
    const keys = json.has(each.path) ? jsonKeyChanges(old.get(each.path) ?? "", now.get(each.path) ?? "") : undefined;
    return { ...each, keys };
  });
}

const MAX_JSON_BYTES = 1 << 20;

function isJson({ path, before, after }: Difference): boolean {
  const isSmall = (side: Side | undefined) => side?.type === "file" && side.size <= MAX_JSON_BYTES;
  return /\.jsonc?$/.test(path) && isSmall(before) && isSmall(after);
}

function difference(path: string, before: FileFacts | undefined, after: FileFacts | undefined): Difference[] {
  const [old, now] = [side(before), side(after)];
  // A link's target counts as its content.
  if (JSON.stringify([old, before?.target]) === JSON.stringify([now, after?.target])) return [];
  const change = old === undefined ? "added" : now === undefined ? "removed" : "changed";
  return [{ path, change, before: old, after: now, keys: undefined }];
}

function side(facts: FileFacts | undefined): Side | undefined {
  if (facts === undefined) return undefined;
  const { type, status, size, mode, sha256 } = facts;
  return { type, status, size, mode, sha256 };
}
