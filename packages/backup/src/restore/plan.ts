import { createReadStream } from "node:fs";
import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Measure } from "../archive/measure.ts";
import { type Found, walkSource } from "../create/walk.ts";
import { undefinedIfMissing } from "../disk/durable.ts";
import { forEach } from "../disk/in-order.ts";
import { type FileFacts, isArchived, type Manifest } from "../manifest/manifest.ts";
import { filesOf, type Place } from "./places.ts";
import type { Owner, Step } from "./steps.ts";

/** What a restore changes below one root. */
export interface RootPlan {
  readonly place: Place;
  readonly steps: readonly Step[];
  /** What has to be taken out of the archive, by its path there. */
  readonly wanted: ReadonlyMap<string, Wanted>;
  /** How many paths of the backup stay as they are, because the configuration of now leaves them out. */
  readonly leftOut: number;
}

interface Wanted {
  /** Relative to the root. */
  readonly path: string;
  /** Undefined: whoever runs the restore. */
  readonly owner: Owner | undefined;
}

const AHEAD = 8;

/** Compares a backup with the disk. Reads both, changes neither. */
export async function planOf(place: Place, manifest: Manifest, avoid: string): Promise<RootPlan> {
  const all = filesOf(place, manifest.files);
  const saved = all.filter(({ path }) => !place.isLeftOut(path));
  const { found } = await walkSource(place.source, place.key, avoid);
  const there = new Map(found.map((each) => [place.pathOf(each.facts.path), each]));
  const same = await unchanged(place, saved, there);
  const owners = new Owners(place.root, there);
  const before = removals(place, saved, there);
  const wanted = new Map<string, Wanted>();
  const folders: Step[] = await missingParents(place, saved, there);
  const puts: Step[] = [];
  const modes: Step[] = [];
  for (const facts of saved.filter(isArchived)) {
    const path = place.pathOf(facts.path);
    const current = there.get(path)?.facts;
    if (facts.type === "folder") {
      const isThere = current?.type === "folder";
      if (!isThere && path !== "") folders.push({ do: "make-folder", path, owner: await owners.of(path) });
      const from = isThere ? current.mode & 0o777 : null;
      const to = facts.mode & 0o777;
      if (from !== to) modes.push({ do: "mode", path, from, to });
    } else if (!same.has(facts.path)) {
      wanted.set(facts.path, { path, owner: await owners.of(path) });
      puts.push({ do: "put", path, had: current !== undefined && current.type !== "folder" });
    }
  }
  return { place, steps: [...before, ...folders, ...puts, ...modes], wanted, leftOut: all.length - saved.length };
}

/** Of sources that lie in one another, the first one's steps count: a second one would find its work done. */
export function withoutTwins(plans: readonly RootPlan[]): RootPlan[] {
  const known = new Set<string>();
  const isFirst = (root: string, step: Step) => known.size !== known.add(`${step.do} ${join(root, step.path)}`).size;
  return plans.map((plan) => ({ ...plan, steps: plan.steps.filter((step) => isFirst(plan.place.root, step)) }));
}

/** Files and links that already are what they should be. */
async function unchanged(
  place: Place,
  saved: readonly FileFacts[],
  there: ReadonlyMap<string, Found>,
): Promise<ReadonlySet<string>> {
  const same = new Set<string>();
  await forEach(saved.filter(isArchived), AHEAD, async (facts) => {
    const current = there.get(place.pathOf(facts.path));
    if (current !== undefined && (await isSame(facts, current))) same.add(facts.path);
  });
  return same;
}

async function isSame(facts: FileFacts, { facts: current, absolute }: Found): Promise<boolean> {
  if (current.type !== facts.type || current.status !== "ok") return false;
  if (facts.type === "link") return current.target === facts.target;
  if (facts.type !== "file" || current.size !== facts.size || (current.mode & 0o777) !== (facts.mode & 0o777))
    return false;
  return (await hashOf(absolute)) === facts.sha256;
}

/** Of a file that can be read; else undefined. */
export async function hashOf(path: string): Promise<string | undefined> {
  const measure = new Measure();
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) measure.add(chunk as Uint8Array);
    return measure.end().sha256;
  } catch {
    return undefined;
  }
}

/** What the source names now and the backup does not hold, or holds as something else. What could not be saved then, or cannot be now, stays. */
function removals(place: Place, saved: readonly FileFacts[], there: ReadonlyMap<string, Found>): Step[] {
  const types = new Map(saved.map((facts) => [place.pathOf(facts.path), isArchived(facts) ? facts.type : "kept"]));
  const takes: Step[] = [];
  const drops: Step[] = [];
  for (const [path, { facts }] of there) {
    const type = types.get(path);
    if (type === "kept" || facts.status !== "ok" || path === "") continue;
    if (facts.type === "folder" && type !== "folder")
      drops.unshift({ do: "drop-folder", path, mode: facts.mode, owner: ownerOf(facts) });
    const isReplaced = type === facts.type || (type !== undefined && type !== "folder");
    if (facts.type !== "folder" && !isReplaced) takes.push({ do: "take", path });
  }
  return [...takes, ...drops];
}

/** A pattern saves files without the folders they lie in. */
async function missingParents(
  place: Place,
  saved: readonly FileFacts[],
  there: ReadonlyMap<string, Found>,
): Promise<Step[]> {
  const known = new Set(saved.filter(({ type }) => type === "folder").map(({ path }) => place.pathOf(path)));
  const missing = new Set<string>();
  for (const facts of saved.filter(isArchived)) {
    for (let folder = dirname(place.pathOf(facts.path)); folder !== "."; folder = dirname(folder)) {
      if (known.has(folder) || there.has(folder) || missing.has(folder)) continue;
      const stats = await lstat(join(place.root, folder)).catch(undefinedIfMissing);
      if (stats === undefined) missing.add(folder);
    }
  }
  return [...missing].sort().map((path) => ({ do: "make-folder", path, owner: undefined }));
}

/**
 * Only root can give files away: then they go to whom the replaced file, or the root folder, belongs, or what is left above it;
 * never to whom an archive names.
 */
class Owners {
  readonly #root: string;
  readonly #there: ReadonlyMap<string, Found>;
  #ofRoot: Promise<Owner | undefined> | undefined;

  constructor(root: string, there: ReadonlyMap<string, Found>) {
    this.#root = root;
    this.#there = there;
  }

  async of(path: string): Promise<Owner | undefined> {
    if (process.getuid?.() !== 0) return undefined;
    const current = this.#there.get(path)?.facts;
    if (current !== undefined) return ownerOf(current);
    this.#ofRoot ??= ownerOfNearest(this.#root);
    return this.#ofRoot;
  }
}

/** Of what is there; undefined where this process could not give it to anybody. */
function ownerOf({ uid, gid }: Owner): Owner | undefined {
  return process.getuid?.() === 0 ? { uid, gid } : undefined;
}

/** Of the folder, or of the nearest one above it that is there. */
async function ownerOfNearest(folder: string): Promise<Owner | undefined> {
  const stats = await lstat(folder).catch(undefinedIfMissing);
  if (stats !== undefined) return ownerOf(stats);
  return dirname(folder) === folder ? undefined : ownerOfNearest(dirname(folder));
}

/** A plan in words, for people: what happens to which path. */
export interface Change {
  readonly path: string;
  readonly change: "create" | "replace" | "remove" | "mode";
}

export function changesOf({ place, steps }: RootPlan): Change[] {
  return steps.map((step) => ({ path: join(place.root, step.path), change: changeOf(step) }));
}

function changeOf(step: Step): Change["change"] {
  if (step.do === "put") return step.had ? "replace" : "create";
  if (step.do === "make-folder") return "create";
  return step.do === "mode" ? "mode" : "remove";
}
