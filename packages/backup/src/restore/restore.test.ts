import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newFolder, newStage, plant, type Stage, treeOf } from "../../testing/stage.ts";
import {
  backupStatus,
  createBackup,
  diffDisk,
  drill,
  extractBackup,
  listBackups,
  type Progress,
  recoverRestore,
  restoreBackup,
  safetyName,
} from "../index.ts";

async function backedUp(stage: Stage = newStage()) {
  const { ref } = await createBackup(stage.store, stage.set);
  return { ...stage, ref: ref!, before: treeOf(stage.source) };
}

test("a restore brings back content, modes, links and missing folders, and removes what was added", async () => {
  const { source, store, set, ref, before } = await backedUp();
  plant(source, "second");
  rmSync(join(source, "deep", "er"), { recursive: true });
  mkdirSync(join(source, "new", "folder"), { recursive: true });
  writeFileSync(join(source, "new", "folder", "x"), "x");
  await restoreBackup(store, set, ref);
  expect(treeOf(source)).toEqual(before);
  expect(await diffDisk(store, set, ref)).toEqual([]);
});

test("a source that is gone altogether comes back", async () => {
  const { folder, source, store, set, ref, before } = await backedUp();
  rmSync(source, { recursive: true });
  await restoreBackup(store, set, ref);
  expect(treeOf(source)).toEqual(before);
  expect(readdirSync(folder).sort()).toEqual(["source", "store"]);
});

test("a dry run says what would change and changes nothing", async () => {
  const { source, store, set, ref } = await backedUp();
  writeFileSync(join(source, "mcp.json"), "{}");
  rmSync(join(source, "empty"));
  writeFileSync(join(source, "added"), "");
  const now = treeOf(source);
  const { changes, isDryRun, safety } = await restoreBackup(store, set, ref, { dryRun: true });
  expect({ isDryRun, safety }).toEqual({ isDryRun: true, safety: undefined });
  expect(changes).toEqual([
    { path: join(source, "added"), change: "remove" },
    { path: join(source, "empty"), change: "create" },
    { path: join(source, "mcp.json"), change: "replace" },
  ]);
  expect(treeOf(source)).toEqual(now);
  expect(await listBackups(store, safetyName("story"))).toEqual([]);
});

test("files that are as they should be are not touched", async () => {
  const { source, store, set, ref } = await backedUp();
  writeFileSync(join(source, "empty"), "not empty");
  const { changes } = await restoreBackup(store, set, ref);
  expect(changes).toEqual([{ path: join(source, "empty"), change: "replace" }]);
  expect((await restoreBackup(store, set, ref)).changes).toEqual([]);
});

test("B6: a safety copy exists before any restore, and can itself be restored", async () => {
  const { source, store, set, ref, before } = await backedUp();
  plant(source, "second");
  const wrecked = treeOf(source);
  let atProbe = 0;
  const probe = async () => {
    atProbe = (await listBackups(store, safetyName("story"))).length;
  };
  const { safety } = await restoreBackup(store, set, ref, { probe });
  expect(atProbe).toBe(1);
  expect(treeOf(source)).toEqual(before);
  await restoreBackup(store, set, safety!);
  expect(treeOf(source)).toEqual(wrecked);
});

test("B6: when the probe after a restore fails, everything is as it was, and the error says so", async () => {
  const { source, store, set, ref } = await backedUp();
  plant(source, "second");
  writeFileSync(join(source, "added"), "");
  rmSync(join(source, "empty"));
  mkdirSync(join(source, "empty"));
  writeFileSync(join(source, "empty", "now-a-folder"), "x");
  const wrecked = treeOf(source);
  const seen: string[] = [];
  const probe = () => {
    seen.push(readFileSync(join(source, "mcp.json"), "utf8"));
    return Promise.reject(new Error("the server does not start"));
  };
  await expect(restoreBackup(store, set, ref, { probe })).rejects.toMatchObject({
    code: "BACKUP_PROBE_FAILED",
    message: expect.stringMatching(/does not start.*as it was before/),
  });
  expect(seen).toEqual([expect.stringContaining("first")]);
  expect(treeOf(source)).toEqual(wrecked);
  expect((await backupStatus(store, "story")).lastRestore?.result).toBe("rolled-back");
  expect(await recoverRestore(store, set)).toBeUndefined();
});

test("only the last five safety copies are kept", async () => {
  const { source, store, set, ref } = await backedUp();
  for (let n = 0; n < 7; n++) {
    writeFileSync(join(source, "mcp.json"), `broken ${n}`);
    await restoreBackup(store, set, ref);
  }
  const copies = await listBackups(store, safetyName("story"));
  expect(copies).toHaveLength(5);
  // The oldest would go to make room for the next, were it not the one that is wanted.
  await restoreBackup(store, set, copies[0]!.ref);
  expect(readFileSync(join(source, "mcp.json"), "utf8")).toBe("broken 2");
});

test("what a backup could not hold, or was told to leave out, is left as it is", async () => {
  const stage = newStage({});
  const sources = [{ ...stage.set.sources[0]!, exclude: ["cache"] }];
  const { source, store, set, ref, before } = await backedUp({
    ...stage,
    set: { ...stage.set, sources } as typeof stage.set,
  });
  mkdirSync(join(source, "cache"));
  writeFileSync(join(source, "cache", "kept"), "kept");
  symlinkSync("/etc/hostname", join(source, "out"));
  writeFileSync(join(source, "empty"), "changed");
  await restoreBackup(store, set, ref);
  const { "cache/kept": kept, cache: _, out, ...rest } = treeOf(source);
  expect({ kept, out }).toEqual({ kept: "644 kept", out: "-> /etc/hostname" });
  expect(rest).toEqual(before);
});

test("a link that leads out, where a folder was, is not followed: the restore names it and undoes itself", async () => {
  const { folder, source, store, set, ref, before } = await backedUp();
  const outside = join(folder, "outside");
  // An empty folder of the name of one of ours: to undo is not to remove it there.
  mkdirSync(join(outside, "er"), { recursive: true });
  rmSync(join(source, "deep"), { recursive: true });
  symlinkSync(outside, join(source, "deep"));
  writeFileSync(join(source, "empty"), "changed");
  const now = treeOf(source);
  await expect(restoreBackup(store, set, ref)).rejects.toMatchObject({
    code: "BACKUP_RESTORE_FAILED",
    message: expect.stringContaining(join(source, "deep")),
  });
  expect(treeOf(source)).toEqual(now);
  expect(treeOf(outside)).toEqual({ er: "755 folder" });
  rmSync(join(source, "deep"), { recursive: true, force: true });
  await restoreBackup(store, set, ref);
  expect(treeOf(source)).toEqual(before);
});

test("what came to a place after the plan was made, and is in no safety copy, is not replaced", async () => {
  const { source, store, set, ref } = await backedUp();
  rmSync(join(source, "mcp.json"));
  const onProgress = ({ phase }: Progress) => {
    if (phase === "stage") writeFileSync(join(source, "mcp.json"), "written meanwhile");
  };
  await expect(restoreBackup(store, set, ref, { onProgress })).rejects.toMatchObject({
    code: "BACKUP_RESTORE_FAILED",
    message: expect.stringContaining("is not what it was when the restore was planned"),
  });
  expect(readFileSync(join(source, "mcp.json"), "utf8")).toBe("written meanwhile");
});

test("what the configuration leaves out by now is not replaced by what a backup of before holds", async () => {
  const { source, store, set, ref } = await backedUp();
  writeFileSync(join(source, "deep", "file-0"), "precious, and in no safety copy");
  writeFileSync(join(source, "deep", "file-2"), "broken");
  const sources = [{ ...set.sources[0]!, exclude: ["deep/file-0"] }] as typeof set.sources;
  const { changes, notes } = await restoreBackup(store, { ...set, sources }, ref);
  expect(changes).toEqual([{ path: join(source, "deep", "file-2"), change: "replace" }]);
  expect(notes).toEqual(["source: 1 path that `exclude` leaves out now stay as on the disk."]);
  expect(readFileSync(join(source, "deep", "file-0"), "utf8")).toBe("precious, and in no safety copy");
});

test("sources that lie in one another are restored together", async () => {
  const stage = newStage();
  const deep = { path: join(stage.source, "deep"), required: true };
  const { source, store, set, ref, before } = await backedUp({
    ...stage,
    set: { ...stage.set, sources: [...stage.set.sources, deep] },
  });
  writeFileSync(join(source, "deep", "added"), "x");
  rmSync(join(source, "deep", "er"), { recursive: true });
  await restoreBackup(store, set, ref);
  expect(treeOf(source)).toEqual(before);
});

test("a pattern brings back its files and leaves their neighbours alone", async () => {
  const stage = newStage();
  const sources = [{ glob: join(stage.source, "deep", "**", "file-*"), required: true }];
  const { source, store, set, ref, before } = await backedUp({ ...stage, set: { ...stage.set, sources } });
  writeFileSync(join(source, "deep", "neighbour"), "mine");
  rmSync(join(source, "deep", "er"), { recursive: true });
  writeFileSync(join(source, "deep", "file-0"), "changed");
  await restoreBackup(store, set, ref);
  expect(treeOf(source)).toEqual({ ...before, "deep/neighbour": "644 mine" });
});

test("a drill restores to a scratch folder, asks the probe there, and leaves nothing", async () => {
  const { store, set, ref, before, source } = await backedUp();
  const scratch = newFolder();
  writeFileSync(join(source, "mcp.json"), "as it is now");
  let found: Record<string, string> = {};
  const note = (folder: string) => {
    found = treeOf(join(folder, "files", "0"));
  };
  await drill(store, set, ref, { scratch, probe: async (folder) => note(folder) });
  expect(found).toEqual(before);
  expect(readdirSync(scratch)).toEqual([]);
  expect(readFileSync(join(source, "mcp.json"), "utf8")).toBe("as it is now");
  const probe = () => Promise.reject(new Error("no tables"));
  await expect(drill(store, set, ref, { scratch, probe })).rejects.toMatchObject({ code: "BACKUP_PROBE_FAILED" });
  expect(readdirSync(scratch)).toEqual([]);
});

test("a backup can be taken out into a new folder, and into no other", async () => {
  const { store, set, ref, source } = await backedUp();
  const now = treeOf(source);
  await expect(extractBackup(store, set, ref, source)).rejects.toMatchObject({ code: "BACKUP_RESTORE_FAILED" });
  expect(treeOf(source)).toEqual(now);
  const folder = join(newFolder(), "new");
  await extractBackup(store, set, ref, folder);
  expect(treeOf(join(folder, "files", "0"))).toEqual(now);
  expect(existsSync(join(folder, "databases"))).toBe(false);
});
