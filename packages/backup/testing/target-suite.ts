import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type BackupRef, type BackupTarget, MANIFEST_FILE, newBackupId } from "../src/targets/target.ts";

const ARCHIVE = "data.tar.zst";

/** A folder as the engine stages it: two small files and an archive. */
export function stagedBackup(archive: Uint8Array = randomBytes(1_000), manifest: string = "{}"): string {
  const home = mkdtempSync(join(tmpdir(), "mo-staged-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const folder = join(home, "staged");
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, ARCHIVE), archive, { mode: 0o600 });
  writeFileSync(join(folder, MANIFEST_FILE), manifest, { mode: 0o600 });
  writeFileSync(join(folder, "seal.json"), "{}", { mode: 0o600 });
  return folder;
}

/** What every place that keeps backups must do. `open` gives an empty one, and sees to its end. */
export function targetSuite(name: string, open: () => Promise<BackupTarget>): void {
  const ref = (at: string, set = "configs"): BackupRef => ({ set, id: newBackupId(Date.parse(at)) });
  const listed = (target: BackupTarget, set = "configs") => Array.fromAsync(target.list(set), ({ id }) => id);
  const read = async (target: BackupTarget, of: BackupRef, file: string, range?: { start: number; end: number }) =>
    Buffer.concat(await Array.fromAsync(await target.open(of, file, range)));

  describe(`a target that is ${name}`, () => {
    it("gives back what was published, whole and in part, and its size", async () => {
      const target = await open();
      const archive = randomBytes(300_000);
      const one = ref("2026-11-21T06:00:00Z");
      await target.publish(one, stagedBackup(archive, '{"schema":1}'));
      expect((await read(target, one, MANIFEST_FILE)).toString()).toBe('{"schema":1}');
      expect((await read(target, one, ARCHIVE)).equals(archive)).toBe(true);
      const part = await read(target, one, ARCHIVE, { start: 70_000, end: 70_009 });
      expect(part.equals(archive.subarray(70_000, 70_010))).toBe(true);
      expect(await target.size(one, ARCHIVE)).toBe(300_000);
    });

    it("lists the backups of one set, oldest first", async () => {
      const target = await open();
      expect(await listed(target)).toEqual([]);
      const refs = ["2026-11-21T07:00:00Z", "2026-11-21T06:00:00Z", "2026-11-20T23:00:00Z"].map((at) => ref(at));
      for (const one of refs) await target.publish(one, stagedBackup());
      await target.publish(ref("2026-11-21T08:00:00Z", "configs-of-others"), stagedBackup());
      expect(await listed(target)).toEqual(refs.map(({ id }) => id).toReversed());
      expect(await listed(target, "configs-of-others")).toHaveLength(1);
    });

    it("never writes over a backup, not even when two are published at once", async () => {
      const target = await open();
      const one = ref("2026-11-21T06:00:00Z");
      const both = ["first", "second"].map((text) => target.publish(one, stagedBackup(undefined, text)));
      const outcomes = await Promise.allSettled(both);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const kept = (await read(target, one, MANIFEST_FILE)).toString();
      const again = target.publish(one, stagedBackup(undefined, "third"));
      await expect(again).rejects.toMatchObject({ code: "BACKUP_EXISTS" });
      expect((await read(target, one, MANIFEST_FILE)).toString()).toBe(kept);
      expect(await listed(target)).toEqual([one.id]);
    });

    it("removes a backup, also one that is not there", async () => {
      const target = await open();
      const [one, other] = [ref("2026-11-21T06:00:00Z"), ref("2026-11-21T07:00:00Z")];
      for (const each of [one, other]) await target.publish(each, stagedBackup());
      for (let times = 0; times < 2; times++) await target.remove(one);
      expect(await listed(target)).toEqual([other.id]);
      await expect(target.open(one, ARCHIVE)).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
    });

    it("says what is not there", async () => {
      const target = await open();
      const one = ref("2026-11-21T06:00:00Z");
      await expect(target.open(one, MANIFEST_FILE)).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
      await expect(target.size(one, MANIFEST_FILE)).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
    });

    it("shows nothing of a publishing that was called off", async () => {
      const target = await open();
      const one = ref("2026-11-21T06:00:00Z");
      const called = target.publish(one, stagedBackup(), AbortSignal.abort(new Error("called off")));
      await expect(called).rejects.toThrow();
      expect(await listed(target)).toEqual([]);
    });
  });
}
