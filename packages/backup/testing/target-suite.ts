/** What every place that keeps backups must do. A new one: `targetSuite("it", open)` in its own test. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type BackupRef, type BackupTarget, MANIFEST_FILE, newBackupId, SEAL_FILE } from "../src/targets/target.ts";
import { newFolder } from "./stage.ts";

/** @param open an empty target; called once per test, which also ends what it opened. */
export function targetSuite(name: string, open: () => BackupTarget | Promise<BackupTarget>): void {
  describe(`${name} keeps the promises of a target:`, () => {
    test("what was published can be listed, measured and read back, whole or in part", async () => {
      const target = await open();
      const { ref, files } = await published(target);
      expect(await all(target, ref.set)).toEqual([ref]);
      for (const [file, content] of Object.entries(files)) {
        expect(await target.size(ref, file)).toBe(content.length);
        expect(await read(target, ref, file)).toEqual(content);
      }
      expect(await read(target, ref, DATA, { start: 5, end: 9 })).toEqual(files[DATA]?.subarray(5, 10));
    });

    test("backups are listed oldest first, and only those of their set", async () => {
      const target = await open();
      const late = await published(target, 2_000_000_000_000);
      const early = await published(target, 1_000_000_000_000);
      await published(target, 1_500_000_000_000, "other");
      expect(await all(target, "story")).toEqual([early.ref, late.ref]);
      expect(await all(target, "nobody")).toEqual([]);
    });

    test("no backup is ever written over", async () => {
      const target = await open();
      const { ref, files } = await published(target);
      const again = target.publish(ref, folderOf({ ...files, [DATA]: Buffer.from("forged") }));
      await expect(again).rejects.toMatchObject({ code: "BACKUP_EXISTS" });
      expect(await read(target, ref, DATA)).toEqual(files[DATA]);
    });

    test("of two that publish one id at once, one wins and the other is told", async () => {
      const target = await open();
      const ref = { set: "story", id: newBackupId(1_000_000_000_000) };
      const tries = [filesOf(1), filesOf(2)].map((files) => target.publish(ref, folderOf(files)));
      const ends = await Promise.allSettled(tries);
      expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      const winner = ends[0]?.status === "fulfilled" ? 1 : 2;
      expect(await read(target, ref, MANIFEST_FILE)).toEqual(filesOf(winner)[MANIFEST_FILE]);
    });

    test("a publication that is stopped, or has no folder, leaves nothing visible", async () => {
      const target = await open();
      const ref = { set: "story", id: newBackupId(1_000_000_000_000) };
      await expect(target.publish(ref, folderOf(filesOf(1)), AbortSignal.abort())).rejects.toThrow();
      await expect(target.publish(ref, join(newFolder(), "nothing"))).rejects.toThrow();
      expect(await all(target, ref.set)).toEqual([]);
    });

    test("what was removed is gone, and removing it again is no error", async () => {
      const target = await open();
      const { ref } = await published(target);
      await target.remove(ref);
      await target.remove(ref);
      expect(await all(target, ref.set)).toEqual([]);
      await expect(target.open(ref, DATA)).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
    });

    test("what is not there is told by its code, also when the name tries to climb", async () => {
      const target = await open();
      const { ref } = await published(target);
      for (const file of ["data.tar", "../secret", "/etc/passwd", ""]) {
        await expect(target.open(ref, file), file).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
        await expect(target.size(ref, file), file).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
      }
      const climber = { set: ref.set, id: "../story" };
      await expect((async () => target.open(climber, DATA))()).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
    });
  });
}

const DATA = "data.tar.zst";

function filesOf(n: number): Record<string, Buffer> {
  const data = Buffer.from(`data of backup ${n}, `.repeat(10_000));
  return { [MANIFEST_FILE]: Buffer.from(`{"n":${n}}`), [SEAL_FILE]: Buffer.from("{}"), [DATA]: data };
}

function folderOf(files: Record<string, Buffer>): string {
  const folder = join(newFolder(), "staged");
  mkdirSync(folder);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}

async function published(target: BackupTarget, timeMs = 1_000_000_000_000, set = "story") {
  const ref: BackupRef = { set, id: newBackupId(timeMs) };
  const files = filesOf(timeMs);
  await target.publish(ref, folderOf(files));
  return { ref, files };
}

async function all(target: BackupTarget, set: string): Promise<BackupRef[]> {
  const refs: BackupRef[] = [];
  for await (const ref of target.list(set)) refs.push(ref);
  return refs;
}

async function read(target: BackupTarget, ref: BackupRef, file: string, range?: { start: number; end: number }) {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await target.open(ref, file, range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
