import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { newFolder, newStage, plant } from "../../testing/stage.ts";
import {
  BackupStore,
  backupStatus,
  createBackup,
  listBackups,
  type Progress,
  restoreBackup,
  verifySet,
} from "../index.ts";

const canMount = spawnSync("sh", ["-c", "d=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d"]).status === 0;
if (!canMount) console.log("Skipped: tests of a full disk need the right to mount a tmpfs (root).");
const hasStrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;
if (!hasStrace)
  console.log("Skipped: the order of system calls needs the Debian package strace, and the right to trace.");

function mountSmall(): string {
  const folder = newFolder();
  expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]).status).toBe(0);
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
  return folder;
}

test.runIf(canMount)(
  "B1: on a full disk the run fails with its reason, what was there verifies, and room makes it work again",
  async () => {
    const stage = newStage({ codec: "none" });
    const store = new BackupStore(mountSmall());
    const good = await createBackup(store, stage.set);
    writeFileSync(join(stage.source, "large"), "x".repeat(3 << 20));
    await expect(createBackup(store, stage.set)).rejects.toMatchObject({
      code: "BACKUP_NO_SPACE",
      message: expect.stringMatching(/is full.*Make room/),
    });
    expect(readdirSync(store.target.setFolder("story")).filter((name) => name.startsWith(".tmp-"))).toEqual([]);
    expect(await verifySet(store, "story", { readData: true })).toMatchObject({ isSound: true, history: [] });
    const status = await backupStatus(store, "story");
    expect(status.lastAttempt).toMatchObject({ result: "failed", code: "BACKUP_NO_SPACE" });
    expect(status.lastComplete?.ref).toEqual(good.ref);
    rmSync(join(stage.source, "large"));
    expect((await createBackup(store, stage.set)).result).toBe("complete");
  },
);

test.runIf(canMount)("B6: a restore for which there is no room leaves the tree as it was", async () => {
  const stage = newStage();
  const small = mountSmall();
  const set = { ...stage.set, sources: [{ path: join(small, "tree"), required: true }] };
  plant(join(small, "tree"), "first");
  writeFileSync(join(small, "tree", "large"), "x".repeat(700_000));
  const { ref } = await createBackup(stage.store, set);
  rmSync(join(small, "tree", "large"));
  writeFileSync(join(small, "filler"), Buffer.alloc(1_500_000));
  await expect(restoreBackup(stage.store, set, ref!)).rejects.toMatchObject({ code: "BACKUP_RESTORE_FAILED" });
  expect(readdirSync(join(small, "tree"))).toEqual(["deep", "empty", "link", "mcp.json"]);
});

test.runIf(hasStrace)(
  "B1: archive, manifest and their folder are on the disk before the rename, the parent folder after it",
  () => {
    const stage = newStage();
    const trace = join(stage.folder, "trace");
    const child = fileURLToPath(new URL("../../testing/once-child.ts", import.meta.url));
    const calls = ["-f", "-y", "-e", "trace=fsync,rename,renameat,renameat2", "-o", trace];
    const { status, stderr } = spawnSync(
      "strace",
      [...calls, process.execPath, child, stage.store.folder, JSON.stringify(stage.set)],
      { encoding: "utf8" },
    );
    expect(status, stderr).toBe(0);
    const lines = readFileSync(trace, "utf8").split("\n");
    const at = (pattern: RegExp, from = 0) => lines.findIndex((line, index) => index >= from && pattern.test(line));
    const archive = at(/fsync\(\d+<[^>]*\/\.tmp-[0-9a-f]+\/data\.tar\.zst>/);
    const manifest = at(/fsync\(\d+<[^>]*\/\.tmp-[0-9a-f]+\/manifest\.json>/);
    const seal = at(/fsync\(\d+<[^>]*\/\.tmp-[0-9a-f]+\/seal\.json>/);
    const folder = at(/fsync\(\d+<[^>]*\/\.tmp-[0-9a-f]+>\)/);
    const chain = at(/fsync\(\d+<[^>]*\/chain\.jsonl>/);
    const rename = at(/rename[^(]*\(.*\.tmp-[0-9a-f]+", .*\/\d{8}T\d{9}Z-[0-9a-f]{6}"/);
    const parent = at(/fsync\(\d+<[^>]*\/store\/story>\)/, rename);
    // That of the state, which comes next, syncs the folder again.
    const next = at(/rename/, rename + 1);
    expect(Math.min(archive, manifest, seal, folder, chain)).toBeGreaterThanOrEqual(0);
    expect(Math.max(archive, manifest, seal, folder, chain)).toBeLessThan(rename);
    expect(parent).toBeGreaterThan(rename);
    expect(parent).toBeLessThan(next);
  },
);

test.each(["walk", "write", "verify"])("a backup that is stopped (%s) leaves nothing, and says so", async (when) => {
  const { store, set, source } = newStage();
  // One file that takes many steps: it is not waited for.
  writeFileSync(join(source, "large"), Buffer.alloc(8 << 20));
  const stop = new AbortController();
  let bytesWritten = 0;
  const onProgress = ({ phase, bytes }: Progress) => {
    if (phase === "write") bytesWritten = bytes;
    if (phase === when && (when !== "write" || bytes > 1 << 20)) stop.abort();
  };
  const running = createBackup(store, set, { signal: stop.signal, onProgress });
  await expect(running).rejects.toMatchObject({ code: "BACKUP_ABORTED" });
  expect(bytesWritten > 8 << 20).toBe(when === "verify");
  expect(await listBackups(store, "story")).toEqual([]);
  expect(readdirSync(store.target.setFolder("story")).filter((name) => name.startsWith(".tmp-"))).toEqual([]);
});

test("two runs of one set cannot be at work at once; the second is told, and may come back", async () => {
  const { store, set } = newStage();
  const first = createBackup(store, set);
  await expect(createBackup(new BackupStore(store.folder), set)).rejects.toMatchObject({ code: "BACKUP_BUSY" });
  await first;
  expect((await createBackup(store, set)).result).toBe("complete");
});
