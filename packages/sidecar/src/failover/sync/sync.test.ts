import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BackupRef,
  BackupStore,
  createBackup,
  LocalTarget,
  listBackups,
  openSignKey,
  publicKeyOf,
  sendBackup,
} from "@mcp-ops/backup";
import { beforeEach, expect, it, vi } from "vitest";
import { offsiteSource } from "./offsite-source.ts";
import { StagedAge } from "./staged-age.ts";
import { Sync, type SyncParts } from "./sync.ts";

const DAY_MS = 86_400_000;
const WAIT = { timeout: 60_000, interval: 10 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sync-"));
  return () => rmSync(folder, { recursive: true });
});

/** The offsite store of a primary, the primary, and a standby that looks there all the time. */
function offsite() {
  const made = new BackupStore(join(folder, "made"));
  const bucket = Object.assign(new LocalTarget(join(folder, "bucket"), { isLocal: false }), {
    [Symbol.dispose]: () => {},
  });
  const signKeyFile = join(folder, "sign.key");
  const set = { name: "notes", sources: [{ path: join(folder, "notes.txt"), required: true }], signKeyFile };
  const save = async (atMs: number) => {
    writeFileSync(join(folder, "notes.txt"), `as of ${atMs}`);
    const { ref } = await createBackup(made, set, { now: () => atMs });
    await sendBackup(made, bucket, ref as BackupRef, { allowPlaintext: true });
    return (ref as BackupRef).id;
  };
  const store = new BackupStore(join(folder, "synced"));
  const log: string[] = [];
  const parts: SyncParts = {
    set: "notes",
    trustedKeys: [publicKeyOf(openSignKey(signKeyFile))],
    maxBytes: 1e6,
    everyMs: 10,
    store,
    source: offsiteSource(bucket),
    age: new StagedAge(join(folder, "synced", "notes.age")),
    leads: () => false,
    log: (_, message) => log.push(message),
  };
  const staged = async () => (await listBackups(store, "notes")).map(({ ref }) => ref.id);
  const lose = (id: string) => bucket.remove({ set: "notes", id });
  return { save, parts, staged, log, lose };
}

it("the newest backup of the offsite store is staged, with the one before, and its age is that of the data", async () => {
  const { save, parts, staged } = offsite();
  await using sync = new Sync(parts);
  expect(await sync.lagMs(false)).toBeUndefined();
  sync.start();
  const ids: string[] = [];
  for (const days of [3, 2, 1]) {
    const id = await save(Date.now() - days * DAY_MS);
    ids.push(id);
    await vi.waitFor(async () => expect((await staged()).at(-1)).toBe(id), WAIT);
    await vi.waitFor(async () => expect(Math.round(((await sync.lagMs(false)) ?? 0) / DAY_MS)).toBe(days), WAIT);
  }
  await vi.waitFor(async () => expect(await staged()).toEqual(ids.slice(1)), WAIT);
  await vi.waitFor(() => expect(sync.pulls).toMatchObject({ staged: 3, refused: 0, failed: 0 }), WAIT);
});

it("an older backup does not take the place of what is staged, as when the newest has been lost there", async () => {
  const { save, parts, staged, lose } = offsite();
  const [older, newer] = [await save(Date.now() - 2 * DAY_MS), await save(Date.now() - DAY_MS)];
  await using sync = new Sync(parts);
  sync.start();
  await vi.waitFor(async () => expect(await staged()).toEqual([newer]), WAIT);
  await lose(newer);
  await vi.waitFor(() => expect(sync.pulls.older).toBeGreaterThan(1), WAIT);
  expect(await staged()).toEqual([newer]);
  expect(Math.round(((await sync.lagMs(false)) ?? 0) / DAY_MS)).toBe(1);
  expect(older < newer).toBe(true);
});

it("a backup of an unknown signer is refused; that is said once, and leaves the age of the data unknown", async () => {
  const { save, parts, staged, log } = offsite();
  await save(Date.now());
  await using sync = new Sync({ ...parts, trustedKeys: [publicKeyOf(openSignKey(join(folder, "other.key")))] });
  sync.start();
  await vi.waitFor(() => expect(sync.pulls.refused).toBeGreaterThan(2), WAIT);
  expect(sync.trouble).toContain("its signer");
  expect(log).toEqual([expect.stringContaining("not brought up to date")]);
  expect(await staged()).toEqual([]);
  expect(await sync.lagMs(false)).toBeUndefined();
});

it("data get older by a monotonic clock, are new while their node leads, and are as old after a restart", async () => {
  let now = 0;
  const file = join(folder, "age", "notes.age");
  const age = new StagedAge(file, () => now);
  expect(await age.lagMs(false)).toBeUndefined();
  now = 1_000;
  // It was 5 s old when it was asked for, and the answer took 400 ms.
  await age.note(5_000, 600);
  expect(await age.lagMs(false)).toBe(5_400);
  now = 61_000;
  expect(await age.lagMs(false)).toBe(65_400);
  expect(await age.lagMs(true)).toBe(0);
  now = 62_000;
  expect(await age.lagMs(false)).toBe(1_000);
  const hourAgo = new Date(Date.now() - 3_600_000);
  utimesSync(file, hourAgo, hourAgo);
  const lag = await new StagedAge(file, () => now).lagMs(false);
  expect(Math.round((lag ?? 0) / 60_000)).toBe(60);
});
