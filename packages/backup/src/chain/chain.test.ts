import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newStage } from "../../testing/stage.ts";
import { BackupStore, createBackup, listBackups, newBackupId, removeBackup, verifySet } from "../index.ts";
import { TOOL } from "../tool.ts";

async function three() {
  const stage = newStage();
  const refs = [];
  for (let n = 0; n < 3; n++) refs.push((await createBackup(stage.store, stage.set)).ref!);
  const [first, second, third] = refs as [(typeof refs)[0], (typeof refs)[0], (typeof refs)[0]];
  return { ...stage, first, second, third, chain: stage.store.file("story", "chain.jsonl") };
}

test("each manifest names the one before, and a removed backup leaves its tombstone", async () => {
  const { store, first, second, third, chain } = await three();
  const manifest = JSON.parse(readFileSync(join(store.target.folderOf(second), "manifest.json"), "utf8"));
  expect(manifest.previous.id).toBe(first.id);
  await removeBackup(store, second, "prune: not kept by any rule");
  expect((await listBackups(store, "story")).map(({ ref }) => ref)).toEqual([first, third]);
  expect(await verifySet(store, "story")).toMatchObject({ isSound: true, history: [] });
  const last = JSON.parse(readFileSync(chain, "utf8").trim().split("\n").at(-1) as string);
  expect(last).toMatchObject({ sequence: 4, event: "removed", id: second.id, reason: "prune: not kept by any rule" });
});

test("a backup that was deleted, slipped in or exchanged behind our back shows", async () => {
  const { store, first, second, third } = await three();
  rmSync(store.target.folderOf(first), { recursive: true });
  const foreign = { set: "story", id: newBackupId(Date.now()) };
  cpSync(store.target.folderOf(second), store.target.folderOf(foreign), { recursive: true });
  const manifest = join(store.target.folderOf(third), "manifest.json");
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace('"complete"', '"partial"'));
  const { isSound, history } = await verifySet(store, "story");
  expect(isSound).toBe(false);
  expect(history).toEqual([
    { kind: "lost", what: first.id },
    { kind: "replaced", what: third.id },
    { kind: "foreign", what: foreign.id },
  ]);
  expect((await listBackups(store, "story")).map(({ ref }) => ref)).toEqual([second, third]);
});

test("a line that was changed or cut out breaks the chain; half a line at its end is only a killed run", async () => {
  const { store, set, chain } = await three();
  const sound = readFileSync(chain, "utf8");
  appendFileSync(chain, '{"sequence":4,"eve');
  expect((await createBackup(store, set)).result).toBe("complete");
  expect((await store.chain("story")).lines).toHaveLength(4);
  const lines = sound.split("\n");
  for (const changed of [sound.replace('"files":', '"files":1'), [lines[0], ...lines.slice(2)].join("\n")]) {
    writeFileSync(chain, changed);
    await expect(listBackups(store, "story")).rejects.toMatchObject({ code: "BACKUP_CHAIN_BROKEN" });
  }
});

test("a run that was killed between its line and its rename is settled by the next", async () => {
  const { store, set } = await three();
  // What such a kill leaves: the line is there, the folder is not, and it was never noted as verified.
  const { ref } = await createBackup(store, set, { verify: false });
  rmSync(store.target.folderOf(ref!), { recursive: true });
  await createBackup(new BackupStore(store.folder), set);
  expect(await verifySet(store, "story")).toMatchObject({ isSound: true, history: [] });
  expect(await listBackups(store, "story")).toHaveLength(4);
});

test("that the newest backup was deleted behind our back shows too, also after the next one", async () => {
  const { store, set, third } = await three();
  rmSync(store.target.folderOf(third), { recursive: true });
  const lost = { isSound: false, history: [{ kind: "lost", what: third.id }] };
  expect(await verifySet(store, "story")).toMatchObject(lost);
  await createBackup(store, set);
  expect(await verifySet(store, "story")).toMatchObject(lost);
});

test("the tool that manifests name is this package", () => {
  const { name, version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(TOOL).toBe(`${name} ${version}`);
});
