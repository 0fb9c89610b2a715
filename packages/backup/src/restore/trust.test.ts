import { chmodSync, cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newFolder, newStage, type Stage, treeOf } from "../../testing/stage.ts";
import { createBackup, restoreBackup } from "../index.ts";
import type { BackupRef } from "../targets/target.ts";

/** What somebody makes on a machine of their own who can write where the backups lie. */
async function slippedIn(stage: Stage): Promise<BackupRef> {
  const theirs = newStage();
  writeFileSync(join(theirs.source, "mcp.json"), "evil");
  const { ref } = await createBackup(theirs.store, theirs.set);
  cpSync(theirs.store.target.folderOf(ref!), stage.store.target.folderOf(ref!), { recursive: true });
  return ref!;
}

async function expectRefused(stage: Stage, ref: BackupRef, why: string): Promise<void> {
  const before = treeOf(stage.source);
  await expect(restoreBackup(stage.store, stage.set, ref)).rejects.toMatchObject({
    code: "BACKUP_NOT_TRUSTED",
    message: expect.stringContaining(why),
  });
  expect(treeOf(stage.source)).toEqual(before);
}

test("an unsigned backup that was slipped into the store is refused while the set has a key", async () => {
  const stage = newStage({ signKeyFile: join(newFolder(), "key") });
  await createBackup(stage.store, stage.set);
  const ref = await slippedIn(stage);
  await expectRefused(stage, ref, "it is not signed");
  // Nor does it help that the history, which lies beside it, was made to know it.
  const theirs = newStage();
  await createBackup(theirs.store, theirs.set);
  cpSync(theirs.store.folder, stage.store.folder, { recursive: true });
  const { lines } = await stage.store.chain("story");
  await expectRefused(stage, { set: "story", id: lines[0]!.id }, "it is not signed");
});

test("without a key, a backup that was slipped into the store, or put in the place of another, is refused", async () => {
  const stage = newStage();
  const { ref: ours } = await createBackup(stage.store, stage.set);
  await expectRefused(stage, await slippedIn(stage), "history does not know it");
  const { ref } = await createBackup(stage.store, {
    ...stage.set,
    sources: [{ path: join(stage.source, "deep"), required: true, name: "source" }],
  });
  const folder = stage.store.target.folderOf(ours!);
  cpSync(stage.store.target.folderOf(ref!), folder, { recursive: true });
  // Another one of this machine, under an id that is not its own, is none of either.
  await expect(restoreBackup(stage.store, stage.set, ours!)).rejects.toMatchObject({ code: "BACKUP_MANIFEST_INVALID" });
});

test("a key that others can reach signs nothing and proves nothing, and the message says how to close it", async () => {
  const stage = newStage({ signKeyFile: join(newFolder(), "key") });
  const { ref } = await createBackup(stage.store, stage.set);
  const unsafe = { code: "BACKUP_KEY_UNSAFE", message: expect.stringContaining(`chmod 600 ${stage.set.signKeyFile}`) };
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(stage.set.signKeyFile!, mode);
    await expect(createBackup(stage.store, stage.set)).rejects.toMatchObject(unsafe);
    await expect(restoreBackup(stage.store, stage.set, ref!)).rejects.toMatchObject(unsafe);
  }
});
