/** Real folders for tests, and what is in them. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type BackupSet, BackupStore } from "../src/index.ts";

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-backup-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Stage {
  readonly folder: string;
  /** What is saved. */
  readonly source: string;
  readonly store: BackupStore;
  readonly set: BackupSet;
}

/** A small tree, a store beside it, and a set that saves the one to the other. */
export function newStage(change: Partial<BackupSet> = {}): Stage {
  const folder = newFolder();
  const source = join(folder, "source");
  plant(source, "first");
  const set = { name: "story", sources: [{ path: source, required: true, name: "source" }], ...change };
  return { folder, source, store: new BackupStore(join(folder, "store")), set };
}

/** Every file says which tree it belongs to, so that a mix of two shows. */
export function plant(source: string, version: string, files = 12): void {
  mkdirSync(join(source, "deep", "er"), { recursive: true });
  writeFileSync(join(source, "mcp.json"), JSON.stringify({ mcpServers: { weather: { command: version } } }));
  for (let n = 0; n < files; n++) {
    writeFileSync(join(source, n % 2 === 0 ? "deep" : "deep/er", `file-${n}`), `${version} `.repeat(1 + n * 400));
  }
  writeFileSync(join(source, "empty"), "");
  chmodSync(join(source, "mcp.json"), 0o600);
  rmSync(join(source, "link"), { force: true });
  symlinkSync(version === "first" ? "mcp.json" : "deep/file-0", join(source, "link"));
}

/** Every path below a folder with its mode and content. */
export function treeOf(folder: string, below = ""): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const name of readdirSync(join(folder, below)).sort()) {
    const path = below === "" ? name : `${below}/${name}`;
    const stats = lstatSync(join(folder, path));
    const mode = (stats.mode & 0o7777).toString(8);
    if (stats.isSymbolicLink()) tree[path] = `-> ${readlinkSync(join(folder, path))}`;
    else if (stats.isFile()) tree[path] = `${mode} ${readFileSync(join(folder, path), "latin1")}`;
    else if (!stats.isDirectory()) tree[path] = "other";
    else Object.assign(tree, { [path]: `${mode} folder` }, treeOf(folder, path));
  }
  return tree;
}

/** A small generator with a seed (mulberry32), so that a round can be played again. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
