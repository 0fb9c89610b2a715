import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { differing, twoTrees } from "../../testing/kill-rounds.ts";
import { newStage, treeOf } from "../../testing/stage.ts";
import { recoverRestore, restoreBackup } from "../index.ts";

const hasStrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;
if (!hasStrace)
  console.log("Skipped: kills at each system call need the Debian package strace, and the right to trace.");

const CALLS = "rename,link,mkdir,rmdir,unlink,chmod,fchmod,fchmodat,unlinkat";

test.runIf(hasStrace)(
  "B4: killed at each single step of a restore, the old tree or the new one stands after the next start",
  () => {
    return everyKill();
  },
);

/** Random kills seldom hit the short steps; here each call that changes the tree is once the last. */
async function everyKill(): Promise<void> {
  const stage = newStage();
  const { trees, ids } = await twoTrees(stage, 8);
  const child = fileURLToPath(new URL("../../testing/once-child.ts", import.meta.url));
  const id = { set: "story", id: ids[0] as string };
  let killed = 0;
  for (let nth = 1; ; nth++) {
    const inject = [
      "-f",
      "-o",
      "/dev/null",
      "-e",
      `trace=${CALLS}`,
      "-e",
      `inject=${CALLS}:signal=SIGKILL:when=${nth}`,
    ];
    const args = [process.execPath, child, stage.store.folder, JSON.stringify(stage.set), id.id];
    const { status } = spawnSync("strace", [...inject, ...args], {
      stdio: "ignore",
      // strace counts the calls of each thread apart.
      env: { ...process.env, UV_THREADPOOL_SIZE: "1" },
    });
    const recovered = await recoverRestore(stage.store, stage.set);
    if (recovered !== undefined) killed++;
    const now = treeOf(stage.source);
    const strange = trees.map((tree) => differing(tree, now)).sort((a, b) => a.length - b.length)[0];
    expect(strange, `killed at call ${nth}: neither tree stands`).toEqual([]);
    // No call was left to be killed at: the restore came to its end.
    if (status === 0) break;
    await restoreBackup(stage.store, stage.set, { set: "story", id: ids[1] as string });
  }
  expect(killed).toBeGreaterThan(12);
}
