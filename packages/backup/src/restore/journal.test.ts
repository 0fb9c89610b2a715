import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { CHILD_ENV } from "../../testing/child-env.ts";
import { newFolder, newStage, plant, type Stage, treeOf } from "../../testing/stage.ts";
import { createBackup, recoverRestore } from "../index.ts";
import type { RootSteps } from "./steps.ts";

/** What somebody can do who can write where the backups lie, but not where they are restored to, and has no key. */
function forgeJournal({ store, source }: Stage, forged: Partial<RootSteps>): void {
  const root = { root: source, staging: join(source, ".mcp-ops-restore-000000"), made: [], steps: [], ...forged };
  const journal = { version: 1, id: "forged", phase: "switching", roots: [root] };
  writeFileSync(store.file("story", "restore.json"), JSON.stringify(journal));
}

async function signedStage(): Promise<Stage> {
  const stage = newStage({ signKeyFile: join(newFolder(), "key") });
  await createBackup(stage.store, stage.set);
  return stage;
}

test("a forged journal cannot bring a file of its writer to where the configuration is", async () => {
  const stage = await signedStage();
  const staging = join(stage.folder, "evil", ".mcp-ops-restore-000000");
  mkdirSync(join(staging, "old"), { recursive: true });
  writeFileSync(join(staging, "old", "0"), "evil");
  const before = treeOf(stage.source);
  const steps = [{ do: "put", path: "mcp.json", had: true }] as const;
  for (const way of [staging, `${stage.source}/../evil/.mcp-ops-restore-000000`]) {
    forgeJournal(stage, { staging: way, steps });
    const refused = {
      code: "BACKUP_JOURNAL_INVALID",
      message: expect.stringContaining("is not the one that was written"),
    };
    await expect(recoverRestore(stage.store, stage.set)).rejects.toMatchObject(refused);
    await expect(createBackup(stage.store, stage.set)).rejects.toMatchObject(refused);
    expect(treeOf(stage.source)).toEqual(before);
  }
});

test("a forged journal removes nothing, and changes no mode", async () => {
  const stage = await signedStage();
  const before = treeOf(stage.source);
  forgeJournal(stage, {
    steps: [
      { do: "put", path: "deep/file-0", had: false },
      { do: "make-folder", path: "hollow", owner: undefined },
      { do: "mode", path: "deep", from: 0o777, to: 0 },
    ],
  });
  expect(await recoverRestore(stage.store, stage.set)).toBe("rolled-back");
  expect(treeOf(stage.source)).toEqual(before);
  const outside = join(stage.folder, "hollow");
  mkdirSync(outside);
  forgeJournal(stage, { made: [outside] });
  await expect(recoverRestore(stage.store, stage.set)).rejects.toMatchObject({ code: "BACKUP_JOURNAL_INVALID" });
  expect(treeOf(stage.folder)).toHaveProperty("hollow");
});

const isRoot = process.getuid?.() === 0;
const CHILD = fileURLToPath(new URL("../../testing/killed-restore-child.ts", import.meta.url));

test.runIf(isRoot)(
  "B4: what a restore of an ordinary user has left, killed after any step, the next backup undoes, and saves the old tree",
  async () => {
    const { folder, source, store, set } = newStage();
    const { ref } = await createBackup(store, set);
    plant(source, "second", 3);
    rmSync(join(source, "deep", "er"), { recursive: true });
    mkdirSync(join(source, "more"));
    const wrecked = treeOf(source);
    for (const steps of ["1", "3", "6", "10", "14", ""]) {
      expect(spawnSync("chown", ["-R", "65534:65534", folder]).status).toBe(0);
      const args = [CHILD, store.folder, JSON.stringify(set), ref!.id, steps];
      expect(spawnSync(process.execPath, args, { encoding: "utf8", env: CHILD_ENV })).toMatchObject({
        signal: "SIGKILL",
        stderr: "",
      });
      expect(treeOf(source), `${steps} steps`).not.toEqual(wrecked);
      const next = await createBackup(store, set);
      expect(treeOf(source), `${steps} steps`).toEqual(wrecked);
      expect(next.manifest?.files.map(({ path }) => path)).toContain("files/0/more");
    }
  },
);

test.runIf(isRoot)("B6: what could not be saved before it is replaced is not replaced", async () => {
  const { folder, source, store, set } = newStage();
  const { ref } = await createBackup(store, set);
  writeFileSync(join(source, "mcp.json"), "precious");
  expect(spawnSync("chown", ["-R", "65534:65534", folder]).status).toBe(0);
  chmodSync(join(source, "mcp.json"), 0);
  const before = treeOf(source);
  const { stderr } = spawnSync(process.execPath, [CHILD, store.folder, JSON.stringify(set), ref!.id], {
    encoding: "utf8",
    env: CHILD_ENV,
  });
  expect(stderr).toMatch(/cannot be saved before it is replaced \(files\/0\/mcp\.json: EACCES\)\. Nothing was touched/);
  expect(treeOf(source)).toEqual(before);
});
