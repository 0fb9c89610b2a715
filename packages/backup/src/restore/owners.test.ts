import { chownSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newStage } from "../../testing/stage.ts";
import { createBackup, restoreBackup } from "../index.ts";

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("Skipped: whom restored files belong to is told by root only.");
const SOMEBODY = 12_345;

test.runIf(isRoot)("what root restores where everything is gone belongs to whom the folder above belongs", async () => {
  const { folder, source, store, set } = newStage();
  const { ref } = await createBackup(store, set);
  rmSync(source, { recursive: true });
  chownSync(folder, SOMEBODY, SOMEBODY);
  await restoreBackup(store, set, ref!);
  const owners = ["", "mcp.json", "deep", "deep/er/file-1"].map((path) => statSync(join(source, path)).uid);
  expect(owners).toEqual([SOMEBODY, SOMEBODY, SOMEBODY, SOMEBODY]);
});

test.runIf(isRoot)("a folder that a restore removed and put back belongs to whom it belonged", async () => {
  const { source, store, set } = newStage();
  const { ref } = await createBackup(store, set);
  mkdirSync(join(source, "more"), { mode: 0o750 });
  chownSync(join(source, "more"), SOMEBODY, SOMEBODY);
  const probe = () => Promise.reject(new Error("it does not start"));
  await expect(restoreBackup(store, set, ref!, { probe })).rejects.toMatchObject({ code: "BACKUP_PROBE_FAILED" });
  const { uid, gid, mode } = statSync(join(source, "more"));
  expect({ uid, gid, mode: mode & 0o777 }).toEqual({ uid: SOMEBODY, gid: SOMEBODY, mode: 0o750 });
});
