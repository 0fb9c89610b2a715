import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { newStage, plant, treeOf } from "../../testing/stage.ts";
import { createBackup, type Progress, restoreBackup } from "../index.ts";

const hasStrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;
if (!hasStrace)
  console.log("Skipped: the order of system calls needs the Debian package strace, and the right to trace.");

test.runIf(hasStrace)(
  "B4: new files and journal are on the disk before the first is switched, and what was switched before the journal says so",
  async () => {
    const stage = newStage();
    const { ref } = await createBackup(stage.store, stage.set);
    writeFileSync(join(stage.source, "mcp.json"), "broken");
    const trace = join(stage.folder, "trace");
    const child = fileURLToPath(new URL("../../testing/once-child.ts", import.meta.url));
    const calls = ["-f", "-y", "-e", "trace=fsync,rename,renameat,renameat2", "-o", trace];
    const args = [process.execPath, child, stage.store.folder, JSON.stringify(stage.set), ref!.id];
    const { status, stderr } = spawnSync("strace", [...calls, ...args], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    const lines = readFileSync(trace, "utf8").split("\n");
    let from = 0;
    const next = (pattern: RegExp) => {
      const at = lines.findIndex((line, index) => index >= from && pattern.test(line));
      expect(at, `${pattern} after line ${from}`).toBeGreaterThanOrEqual(0);
      from = at + 1;
    };
    const journal = /rename[^(]*\(.*\/\.tmp-[0-9a-f]+", .*\/restore\.json"/;
    next(journal);
    next(/fsync\(\d+<[^>]*\/new\/mcp\.json>/);
    next(/fsync\(\d+<[^>]*\/new>\)/);
    next(/fsync\(\d+<[^>]*\/steps\.sha256>/);
    next(/fsync\(\d+<[^>]*\/\.tmp-[0-9a-f]+>\)/);
    next(journal);
    next(/rename[^(]*\(.*\/new\/mcp\.json", .*\/source\/mcp\.json"/);
    next(/fsync\(\d+<[^>]*\/source>\)/);
    next(journal);
  },
);

test("B4: restore never writes outside the configured roots: a folder that became a link after the plan is not followed", async () => {
  const { folder, source, store, set } = newStage();
  const { ref } = await createBackup(store, set);
  plant(source, "second");
  const outside = join(folder, "outside");
  mkdirSync(join(outside, "er"), { recursive: true });
  for (const name of ["file-0", "er/file-1"]) writeFileSync(join(outside, name), "not ours");
  let isSwapped = false;
  const onProgress = ({ phase }: Progress) => {
    if (phase !== "stage" || isSwapped) return;
    isSwapped = true;
    renameSync(join(source, "deep"), join(folder, "deep"));
    symlinkSync(outside, join(source, "deep"));
  };
  const before = treeOf(outside);
  await expect(restoreBackup(store, set, ref!, { onProgress })).rejects.toMatchObject({
    code: "BACKUP_RESTORE_FAILED",
    message: expect.stringContaining(join(source, "deep")),
  });
  expect(treeOf(outside)).toEqual(before);
  expect(treeOf(source)["mcp.json"]).toContain("second");
});
