import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { newFolder, newStage, type Stage, treeOf } from "../../testing/stage.ts";
import {
  type BackupRef,
  BackupStore,
  type BackupTarget,
  createBackup,
  extractBackup,
  fetchBackup,
  LocalTarget,
  lastGoodBackup,
  listBackups,
  offeredBackup,
  removeBackup,
  sendBackup,
  verifySet,
} from "../index.ts";

let stage: Stage;
let bucket: LocalTarget;
let ref: BackupRef;
/** What a new machine begins with. */
let store: BackupStore;

beforeEach(async () => {
  stage = newStage({ signKeyFile: join(newFolder(), "key") });
  writeFileSync(join(stage.source, "large"), Buffer.alloc(2 << 20, "noise"));
  bucket = new LocalTarget(newFolder(), { isLocal: false });
  ref = (await createBackup(stage.store, stage.set)).ref!;
  await sendBackup(stage.store, bucket, ref, { allowPlaintext: true });
  store = new BackupStore(join(newFolder(), "new"));
});

const shown = () => readdirSync(store.target.setFolder("story")).filter((name) => !name.startsWith("."));

test("what was fetched is as good as what was made here: listed, verified, restored, and removed for good", async () => {
  expect(await fetchBackup(store, stage.set, bucket, ref)).toBe("fetched");
  expect(await lastGoodBackup(store, "story")).toEqual(ref);
  expect(await verifySet(store, "story", { readData: true })).toMatchObject({ isSound: true, history: [] });
  const folder = join(newFolder(), "out");
  await extractBackup(store, stage.set, ref, folder);
  expect(treeOf(join(folder, "files", "0"))).toEqual(treeOf(stage.source));
  await removeBackup(store, ref, "no rule wants it");
  expect(await listBackups(store, "story")).toEqual([]);
  // But it may be wanted again.
  expect(await fetchBackup(store, stage.set, bucket, ref)).toBe("fetched");
  expect(await listBackups(store, "story")).toMatchObject([{ ref, result: "complete" }]);
  expect(await fetchBackup(store, stage.set, bucket, ref)).toBe("there");
});

test("a fetching that is called off leaves nothing", async () => {
  const stop = new AbortController();
  const fetching = fetchBackup(store, stage.set, bucket, ref, { signal: stop.signal, onProgress: () => stop.abort() });
  await expect(fetching).rejects.toMatchObject({ code: "BACKUP_ABORTED" });
  expect(readdirSync(store.target.setFolder("story"))).toEqual([".lock"]);
});

test("a manifest with the seal of another, as one that is exchanged meanwhile, is not taken", async () => {
  const other = (await createBackup(stage.store, stage.set)).ref!;
  await sendBackup(stage.store, bucket, other, { allowPlaintext: true });
  let reads = 0;
  const exchanging: BackupTarget = {
    name: "a bucket of somebody's",
    isLocal: false,
    list: (set) => bucket.list(set),
    size: (of, file) => bucket.size(of, file),
    publish: (of, folder) => bucket.publish(of, folder),
    remove: (of) => bucket.remove(of),
    // Each is read once.
    open: (of, file) => bucket.open(!file.startsWith("data") && reads++ >= 1 ? other : of, file),
  };
  await expect(fetchBackup(store, stage.set, exchanging, ref)).rejects.toMatchObject({
    code: expect.stringMatching(/BACKUP_(MANIFEST_INVALID|ARCHIVE_DAMAGED)/),
  });
  expect(shown()).toEqual([]);
});

test("without a key of its own a set fetches nothing: its history cannot know what comes from elsewhere", async () => {
  const { signKeyFile: _, ...keyless } = stage.set;
  await expect(fetchBackup(store, keyless, bucket, ref)).rejects.toMatchObject({ code: "BACKUP_NOT_TRUSTED" });
  mkdirSync(join(bucket.setFolder("story"), "20260101T000000000Z-000000"));
  writeFileSync(join(bucket.setFolder("story"), "20260101T000000000Z-000000", "manifest.json"), "{}");
  const forged = { set: "story", id: "20260101T000000000Z-000000" };
  expect(await offeredBackup(store, stage.set, bucket, forged)).toMatchObject({
    isTrusted: false,
    manifest: undefined,
  });
  expect(await offeredBackup(store, stage.set, bucket, ref)).toMatchObject({ isTrusted: true, reason: undefined });
});
