import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newStage } from "../../testing/stage.ts";
import { createBackup, listBackups, planRetention, verifySet } from "../index.ts";

test.each([
  ["a flipped bit", (archive: string) => writeFileSync(archive, flipped(readFileSync(archive)))],
  ["an archive that is gone", (archive: string) => rmSync(archive)],
])("B5: what is found damaged (%s) is verified no more, so that the one before it stays", async (_, damage) => {
  const { store, set } = newStage();
  const { ref: sound } = await createBackup(store, set);
  const { ref: rotten } = await createBackup(store, set);
  damage(join(store.target.folderOf(rotten!), "data.tar.zst"));
  expect((await verifySet(store, "story", { readData: true })).isSound).toBe(false);
  const kept = (await listBackups(store, "story")).map(({ ref, atMs, result, verifiedAtMs }) => ({
    id: ref.id,
    at: atMs,
    result,
    verified: verifiedAtMs === undefined ? undefined : true,
  }));
  expect(kept.map(({ verified }) => verified)).toEqual([true, undefined]);
  expect(planRetention(kept, { last: 1 }, Date.now()).remove).toEqual([]);
  expect(kept[0]?.id).toBe(sound?.id);
});

function flipped(bytes: Buffer): Buffer {
  bytes[100] = (bytes[100] as number) ^ 1;
  return bytes;
}
