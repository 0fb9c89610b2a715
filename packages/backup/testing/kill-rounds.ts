import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { createBackup, recoverRestore, verifySet } from "../src/index.ts";
import { CHILD_ENV } from "./child-env.ts";
import { newStage, plant, random, type Stage, treeOf } from "./stage.ts";

/** Starts the child, kills it some time after it is ready, and gives what it said it had finished. */
async function runAndKill({ store, set }: Stage, lives: number, verb: string, ids: readonly string[] = []) {
  const file = fileURLToPath(new URL("kill-child.ts", import.meta.url));
  const args = [file, verb, store.folder, JSON.stringify(set), ...ids];
  const child = spawn(process.execPath, args, { env: CHILD_ENV, stdio: ["ignore", "pipe", "inherit"] });
  const startedAt = performance.now();
  const gone = once(child, "exit");
  const finished: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== "ready") finished.push(line);
    // The moment is random, not something that is waited for.
    else setTimeout(() => child.kill("SIGKILL"), lives * (performance.now() - startedAt));
  }
  const [code, signal] = await gone;
  expect({ code, signal }).toEqual({ code: null, signal: "SIGKILL" });
  return finished;
}

/** A child lives for at most so many times what its start took, which takes longer on a busy machine, too; a backup takes a fifth of that. */
const MAX_LIVES = 1.5;
/** Sets that are worked on side by side, since a child mostly waits for the disk, and for its end. */
const LANES = 2;

/** Kill after kill while backups are made: what is visible verifies, what was reported is there, nothing is left lying about. */
export async function createRounds(rounds: number, seed: number): Promise<void> {
  await inLanes(rounds, seed, createLane);
}

/** Kill after kill during restores: no file is ever torn, and after the next start the tree is one of the two. */
export async function restoreRounds(rounds: number, seed: number): Promise<void> {
  await inLanes(rounds, seed, restoreLane);
}

/** @param lane gives how many kills hit something */
async function inLanes(rounds: number, seed: number, lane: (rounds: number, seed: number) => Promise<number>) {
  const seeds = Array.from({ length: LANES }, (_, index) => seed + index);
  const hits = await Promise.all(seeds.map((each) => lane(Math.ceil(rounds / LANES), each)));
  expect(hits.reduce((sum, each) => sum + each)).toBeGreaterThan(rounds / 10);
}

/** Kills that hit nothing prove nothing. How many do is the machine's affair, a quarter, more or less; where it is too few there are more rounds. */
function isOver(round: number, rounds: number, hits: number): boolean {
  return round >= rounds && (hits > rounds / 10 || round >= 10 * rounds);
}

async function createLane(rounds: number, seed: number): Promise<number> {
  const next = random(seed);
  const stage = newStage();
  plant(stage.source, "first", 60);
  let unfinished = 0;
  for (let round = 0; !isOver(round, rounds, unfinished); round++) {
    const about = `round ${round} of seed ${seed}`;
    const finished = await runAndKill(stage, next() * MAX_LIVES, "create");
    unfinished += unfinishedBackups(stage).length;
    const { isSound, backups, history } = await verifySet(stage.store, "story", { readData: true });
    expect({ isSound, history }, about).toEqual({ isSound: true, history: [] });
    const there = backups.map(({ ref }) => ref.id);
    expect(there, about).toEqual(expect.arrayContaining(finished));
    expect(unfinishedBackups(stage), about).toEqual([]);
    for (const { ref } of backups.slice(0, -3)) await stage.store.remove(ref, "the test keeps three");
  }
  return unfinished;
}

/** A first child that is killed early has not made the folder yet. */
function unfinishedBackups({ store }: Stage): string[] {
  const folder = store.target.setFolder("story");
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(".tmp-")) : [];
}

async function restoreLane(rounds: number, seed: number): Promise<number> {
  const next = random(seed);
  const stage = newStage();
  const { trees, ids } = await twoTrees(stage);
  let replayed = 0;
  for (let round = 0; !isOver(round, rounds, replayed); round++) {
    const about = `round ${round} of seed ${seed}`;
    await runAndKill(stage, next() * MAX_LIVES, "restore", ids);
    for (const [path, content] of Object.entries(treeOf(stage.source))) {
      if (path.startsWith(".mcp-ops-restore-") || content.endsWith("folder")) continue;
      expect(
        trees.map((tree) => tree[path]),
        `${about}: ${path} is torn`,
      ).toContain(content);
    }
    if ((await recoverRestore(stage.store, stage.set)) !== undefined) replayed++;
    const now = treeOf(stage.source);
    const strange = trees.map((tree) => differing(tree, now)).sort((a, b) => a.length - b.length)[0];
    expect(strange, `${about}: neither tree stands`).toEqual([]);
  }
  return replayed;
}

export function differing(tree: Record<string, string>, now: Record<string, string>): string[] {
  const paths = [...new Set([...Object.keys(tree), ...Object.keys(now)])];
  return paths.filter((path) => tree[path] !== now[path]).map((path) => `${path}: ${now[path]?.slice(0, 30)}`);
}

/** Two backups of trees that differ in every way: content, links, modes, files and folders that only one has. */
export async function twoTrees(stage: Stage, files = 60) {
  const { source, store, set } = stage;
  plant(source, "first", files);
  const first = await createBackup(store, set);
  const firstTree = treeOf(source);
  plant(source, "second", files - 4);
  change(source, files);
  const second = await createBackup(store, set);
  return { trees: [firstTree, treeOf(source)], ids: [first.ref!.id, second.ref!.id] };
}

function change(source: string, files: number): void {
  rmSync(join(source, "empty"));
  mkdirSync(join(source, "empty"));
  writeFileSync(join(source, "empty", "now-a-folder"), "second");
  for (let n = files - 3; n < files; n += 2) rmSync(join(source, "deep/er", `file-${n}`));
  mkdirSync(join(source, "only", "here"), { recursive: true });
  writeFileSync(join(source, "only", "here", "x"), "second");
  chmodSync(join(source, "deep"), 0o700);
}
