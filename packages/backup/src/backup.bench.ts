/**
 * What a backup, its verification and its restore cost beside GNU tar with zstd -3, and restic, on one tree in one run:
 * `node packages/backup/src/backup.bench.ts [folder] [files] [megabytes]`. Needs the Debian packages zstd and restic.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BackupStore, createBackup, extractBackup, listBackups, verifyBackup } from "@mcp-ops/backup";

const POOL_BYTES = 64 << 20;

function setOf(folder: string) {
  return { name: "bench", sources: [{ path: join(folder, "tree"), required: true }] };
}

async function create(folder: string): Promise<void> {
  await createBackup(new BackupStore(join(folder, "store")), setOf(folder), { verify: false });
}

async function verify(folder: string): Promise<void> {
  const store = new BackupStore(join(folder, "store"));
  const [backup] = await listBackups(store, "bench");
  const verdict = await verifyBackup(store.target, backup!.ref, { readData: true });
  if (!verdict.isSound) throw new Error(JSON.stringify(verdict.findings));
}

async function restore(folder: string): Promise<void> {
  const store = new BackupStore(join(folder, "store"));
  const [backup] = await listBackups(store, "bench");
  await extractBackup(store, setOf(folder), backup!.ref, join(folder, "restored"));
}

function main(below: string, files: number, megabytes: number): void {
  const folder = mkdtempSync(join(below, "mcp-ops-bench-"));
  try {
    plant(join(folder, "tree"), files, megabytes * 1e6);
    const self = fileURLToPath(import.meta.url);
    const ours = (verb: string) => timed(`mcp-ops ${verb}`, process.execPath, [self, verb, folder]);
    const sh = (name: string, script: string) => timed(name, "sh", ["-ec", script]);
    process.env.RESTIC_PASSWORD = "bench";
    const restic = `restic -q --no-cache -r ${folder}/restic`;
    // In turns, since a machine is not as fast one minute as the next; the first backup is the one that is read later.
    for (let turn = 0; turn < 3; turn++) {
      ours("create");
      sh("GNU tar | zstd -3", `tar -C ${folder} -cf - tree | zstd -q -f -3 -o ${folder}/gnu.tar.zst`);
    }
    sh("restic backup", `${restic} init >/dev/null && ${restic} backup ${folder}/tree`);
    ours("verify");
    sh("zstd -t", `zstd -q -t ${folder}/gnu.tar.zst`);
    sh("restic check --read-data", `${restic} check --read-data >/dev/null`);
    ours("restore");
    sh("zstd -d | GNU tar -x", `mkdir ${folder}/gnu && zstd -q -dc ${folder}/gnu.tar.zst | tar -C ${folder}/gnu -xf -`);
    sh("restic restore", `${restic} restore latest --target ${folder}/resticked`);
    sh(
      "",
      `du -sm ${folder}/store ${folder}/gnu.tar.zst ${folder}/restic; diff -r ${folder}/tree ${folder}/restored/files/0`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timed(name: string, program: string, args: readonly string[]): void {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (status !== 0) throw new Error(`${name} failed: ${stdout}${stderr}`);
  const [, rss] = stdout.trim().split(" ");
  console.log(
    name === "" ? stdout : `${name.padEnd(26)} ${seconds.padStart(6)} s ${rss ? `${rss.padStart(5)} MB RSS` : ""}`,
  );
}

/**
 * One file in three is noise, as pictures and archives are; the others are text as people write it: what the packages in
 * `node_modules` hold. 2 % of the files hold half of the bytes.
 */
function plant(tree: string, files: number, bytes: number): void {
  const noise = createHash("shake256", { outputLength: POOL_BYTES }).update("noise").digest();
  const text = textOf(fileURLToPath(new URL("../../../node_modules/.pnpm", import.meta.url)));
  const at = new Map([noise, text].map((pool) => [pool, 0]));
  for (let n = 0; n < files; n++) {
    const folder = join(tree, `d${n % 100}`);
    if (n < 100) mkdirSync(folder, { recursive: true });
    const size = Math.round((bytes / files) * (n % 50 === 0 ? 25 : 0.51));
    const pool = n % 3 === 0 ? noise : text;
    const from = (at.get(pool) as number) + size > pool.length ? n : (at.get(pool) as number);
    writeFileSync(join(folder, `f${n}`), pool.subarray(from, from + size));
    at.set(pool, from + size);
  }
}

function textOf(folder: string): Buffer {
  const found: Buffer[] = [];
  let size = 0;
  for (const name of readdirSync(folder).sort()) {
    if (size > 2 * POOL_BYTES) break;
    for (const path of readdirSync(join(folder, name), { recursive: true, encoding: "utf8" }).sort()) {
      if (!/\.(js|ts|json|md)$/.test(path) || !lstatSync(join(folder, name, path)).isFile()) continue;
      found.push(readFileSync(join(folder, name, path)));
      size += (found.at(-1) as Buffer).length;
    }
  }
  return Buffer.concat(found);
}

const [verb, ...rest] = process.argv.slice(2);
const steps: Readonly<Record<string, (folder: string) => Promise<unknown>>> = { create, verify, restore };
const step = steps[verb ?? ""];
if (step === undefined) main(verb ?? tmpdir(), Number(rest[0] ?? 10_000), Number(rest[1] ?? 850));
else {
  const started = performance.now();
  await step(rest[0] as string);
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  // Not `maxRSS`, which begins with that of the process that started this one.
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  const rss = Math.round(peak / 1024);
  console.error(`${verb}: ${((userCPUTime + systemCPUTime) / 1e6).toFixed(2)} s of CPU`);
  console.log(`${((performance.now() - started) / 1000).toFixed(2)} ${rss}`);
}
