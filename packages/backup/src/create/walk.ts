import type { BigIntStats } from "node:fs";
import { glob, lstat, readdir, readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { undefinedIfMissing } from "../disk/durable.ts";
import { inOrder } from "../disk/in-order.ts";
import { backupError, reasonOf } from "../errors.ts";
import type { FileFacts, SourceFacts } from "../manifest/manifest.ts";
import { isInsideTree } from "../manifest/paths.ts";
import { DEFAULT_MAX_FILES, type Source, sourceName, whereOf } from "../set.ts";
import { matcher } from "./pattern.ts";

/** Something on the disk, and what is known of it before its content is read. */
export interface Found {
  readonly absolute: string;
  readonly facts: FileFacts;
}

export interface Walked {
  readonly source: SourceFacts;
  readonly found: readonly Found[];
  /** Where the paths of the source begin on this disk; undefined when it is not there. */
  readonly base: string | undefined;
  /** Why there is no dump, for who asked for the backup; not for its manifest. */
  readonly failure?: string;
}

/** The folder in which a restore prepares its files. It is never part of a backup. */
export const RESTORE_FOLDER = ".mcp-ops-restore-";

const AHEAD = 32;

/**
 * Everything a source names, sorted, by lstat: links are kept as links and never followed, below the source itself.
 * @param avoid a folder that is not to be walked: that of the backups.
 */
export async function walkSource(source: Source, key: string, avoid?: string, signal?: AbortSignal): Promise<Walked> {
  const facts = { key, name: sourceName(source), required: source.required, notes: [] };
  const kindIfAbsent = source.path === undefined ? "glob" : "file";
  try {
    const place = avoid && (await realPlaceOf(avoid));
    const walk = new Walk(`files/${key}`, matcher(source.exclude ?? []), place, signal);
    const { kind, base } = source.path === undefined ? await walk.glob(source.glob) : await walk.path(source.path);
    const isThere = kind !== "glob" || walk.found.length > 0;
    return { source: { ...facts, kind, status: isThere ? "ok" : "missing" }, found: walk.found, base };
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== "string" || code.startsWith("BACKUP_")) throw error;
    const status = code === "ENOENT" || code === "ENOTDIR" ? "missing" : "unreadable";
    const notes = [`${whereOf(source)}: ${code}`];
    return { source: { ...facts, kind: kindIfAbsent, status, notes }, found: [], base: undefined };
  }
}

/** The longest beginning of a pattern that is a plain path. */
export function baseOfGlob(pattern: string): string {
  const steps = pattern.split("/");
  const wild = steps.findIndex((step) => /[*?[\]{}!()]/.test(step));
  return steps.slice(0, wild === -1 ? -1 : wild).join("/") || "/";
}

class Walk {
  readonly found: Found[] = [];
  readonly #root: string;
  readonly #isExcluded: (path: string) => boolean;
  readonly #avoid: string | undefined;
  readonly #signal: AbortSignal | undefined;

  constructor(
    root: string,
    isExcluded: (path: string) => boolean,
    avoid: string | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.#root = root;
    this.#isExcluded = isExcluded;
    this.#avoid = avoid;
    this.#signal = signal;
  }

  /** A source that is itself a link, as dotfiles often are, means what it points to. */
  async path(path: string): Promise<{ kind: "file" | "folder"; base: string }> {
    const base = await realpath(path);
    const stats = await lstat(base, { bigint: true });
    if (!stats.isDirectory()) {
      this.#add(base, `${this.#root}/${basename(path)}`, stats);
      return { kind: "file", base };
    }
    const names = await readdir(base);
    this.#add(base, this.#root, stats);
    await this.#children(base, "", names);
    return { kind: "folder", base };
  }

  async glob(pattern: string): Promise<{ kind: "glob"; base: string }> {
    const base = await realpath(baseOfGlob(pattern));
    const rest = relative(baseOfGlob(pattern), pattern);
    const matches = new Set<string>();
    for await (const match of glob(rest, { cwd: base })) {
      this.#signal?.throwIfAborted();
      // `**` finds the folder it begins in, too.
      if (match !== "." && match !== "") matches.add(match.split(sep).join("/"));
      refuseTooMany(matches.size);
    }
    const behindLink = linkFinder(base);
    for (const match of [...matches].sort()) {
      if (foldersAbove(match).some((folder) => matches.has(folder))) continue;
      if (await behindLink(dirname(match))) this.#addBehindLink(base, match);
      else await this.#visit(base, match);
    }
    return { kind: "glob", base };
  }

  /** Patterns follow links, and no restore does. */
  #addBehindLink(base: string, path: string): void {
    if (this.#isExcluded(path)) return;
    const facts = { ...NOTHING, path: `${this.#root}/${path}`, type: "other" } as const;
    const found = { ...facts, status: "skipped", reason: "it lies behind a link; name its own place" } as const;
    this.found.push({ absolute: join(base, path), facts: found });
  }

  async #children(base: string, folder: string, names: readonly string[]): Promise<void> {
    const pathOf = (name: string) => (folder === "" ? name : `${folder}/${name}`);
    const paths = [...new Set(names)].sort().map(pathOf);
    const twins = new Set(paths.length === names.length ? [] : twinsIn(names).map(pathOf));
    const stats = inOrder(paths, AHEAD, async (path) => (twins.has(path) ? NOT_UTF8 : statsOf(join(base, path))));
    let at = 0;
    for await (const each of stats) await this.#visit(base, paths[at++] as string, each);
  }

  async #visit(base: string, path: string, known?: BigIntStats | Error): Promise<void> {
    this.#signal?.throwIfAborted();
    const absolute = join(base, path);
    if (this.#isExcluded(path) || absolute === this.#avoid || basename(path).startsWith(RESTORE_FOLDER)) return;
    const stats = known ?? (await statsOf(absolute));
    const at = `${this.#root}/${path}`;
    if (stats instanceof Error) return this.#addAbsent(absolute, at, stats);
    if (stats.isSymbolicLink()) return this.#addLink(absolute, at, stats);
    if (!stats.isDirectory()) return this.#add(absolute, at, stats);
    const names = await readdir(absolute).catch((error: NodeJS.ErrnoException) => error);
    if (names instanceof Error) return this.#addAbsent(absolute, at, names);
    this.#add(absolute, at, stats);
    await this.#children(base, path, names);
  }

  #add(absolute: string, path: string, stats: BigIntStats): void {
    refuseTooMany(this.found.length + 1);
    const type = stats.isDirectory() ? "folder" : stats.isFile() ? "file" : "other";
    const facts = { ...factsOf(path, type, stats), size: type === "file" ? Number(stats.size) : 0 };
    this.found.push({ absolute, facts: type === "other" ? skipped(facts, kindOf(stats)) : facts });
  }

  async #addLink(absolute: string, path: string, stats: BigIntStats): Promise<void> {
    const target = await readlink(absolute).catch(undefinedIfMissing);
    const facts = { ...factsOf(path, "link", stats), target: target ?? "" };
    const isKept = target !== undefined && isInsideTree(path, target);
    this.found.push({ absolute, facts: isKept ? facts : skipped(facts, "a link that leads out of its source") });
  }

  #addAbsent(absolute: string, path: string, error: NodeJS.ErrnoException): void {
    this.found.push({ absolute, facts: absent(path, error) });
  }
}

/** Of `a/b/c`: `a/b` and `a`. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) folders.push(path.slice(0, at));
  return folders;
}

/** Whether a folder below the base is reached through a link; each is looked at once. */
function linkFinder(base: string): (folder: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (folder) => {
    const absolute = join(base, folder);
    const answer = known.get(folder) ?? realPlaceOf(absolute).then((real) => real !== absolute);
    known.set(folder, answer);
    return answer;
  };
}

/** Names that are not UTF-8 arrive with U+FFFD in the place of what cannot be read, so that two of them can look like one. */
function twinsIn(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}

const NOT_UTF8: NodeJS.ErrnoException = Object.assign(new Error("two names look like one"), { code: "ENOENT" });

/** The facts of something that could be seen in its folder, but not read. */
export function absent(path: string, error: NodeJS.ErrnoException): FileFacts {
  if (error.code === "ENOENT" && basename(path).includes("\ufffd")) {
    return { ...NOTHING, path, type: "other", status: "unreadable", reason: "its name is not UTF-8; rename it" };
  }
  const status = error.code === "ENOENT" || error.code === "ENOTDIR" ? "missing" : "unreadable";
  return { ...NOTHING, path, type: "other", status, reason: reasonOf(error) };
}

const NOTHING = { size: 0, mode: 0, uid: 0, gid: 0, mtimeNs: "0" } as const;

function skipped(facts: FileFacts, reason: string): FileFacts {
  return { ...facts, status: "skipped", reason };
}

function factsOf(path: string, type: FileFacts["type"], stats: BigIntStats): FileFacts {
  const mode = Number(stats.mode) & 0o7777;
  const owner = { uid: Number(stats.uid), gid: Number(stats.gid) };
  return { path, type, status: "ok", size: 0, mode, ...owner, mtimeNs: String(stats.mtimeNs) };
}

function kindOf(stats: BigIntStats): string {
  if (stats.isFIFO()) return "a FIFO";
  if (stats.isSocket()) return "a socket";
  return stats.isSymbolicLink() ? "a link" : "a device";
}

function statsOf(path: string): Promise<BigIntStats | NodeJS.ErrnoException> {
  return lstat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => error);
}

function refuseTooMany(files: number): void {
  if (files <= DEFAULT_MAX_FILES) return;
  throw backupError(
    "BACKUP_TOO_MANY_FILES",
    `A source holds more than ${DEFAULT_MAX_FILES} files. Name smaller folders, or leave some out with \`exclude\`.`,
  );
}

/** Of a source whose own path is a link, and of a plain one alike: where a restore has to write. */
export async function realPlaceOf(path: string): Promise<string> {
  const real = await realpath(path).catch(undefinedIfMissing);
  if (real !== undefined) return real;
  const parent = dirname(path);
  return parent === path ? path : join(await realPlaceOf(parent), basename(path));
}

export function sizeOf(walked: readonly Walked[]): { readonly files: number; readonly bytes: number } {
  const files = walked.flatMap(({ found }) => found).filter(({ facts }) => facts.type === "file");
  return { files: files.length, bytes: files.reduce((sum, { facts }) => sum + facts.size, 0) };
}
