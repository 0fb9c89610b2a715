import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newFolder, newStage, treeOf } from "../../testing/stage.ts";
import { createBackup, drill, extractBackup, type Progress, recoverRestore, restoreBackup } from "../index.ts";

/** Calls off as soon as something was taken out of the archive. */
function stopAt(phase: Progress["phase"]) {
  const stop = new AbortController();
  const onProgress = (progress: Progress) => void (progress.phase === phase && stop.abort());
  return { signal: stop.signal, onProgress };
}

async function backedUp() {
  const stage = newStage();
  // The archive is read in more than one piece, so that there is something left to be stopped.
  writeFileSync(join(stage.source, "large"), Buffer.alloc(6 << 20, "x"));
  const set = { ...stage.set, codec: "none" } as const;
  const { ref } = await createBackup(stage.store, set);
  writeFileSync(join(stage.source, "mcp.json"), "broken");
  return { ...stage, set, ref: ref!, wrecked: treeOf(stage.source) };
}

const STOPPED = { code: "BACKUP_ABORTED" };

test("a restore that is stopped while it takes files out has replaced nothing, and leaves nothing", async () => {
  const { source, store, set, ref, wrecked } = await backedUp();
  await expect(restoreBackup(store, set, ref, stopAt("stage"))).rejects.toMatchObject(STOPPED);
  expect(treeOf(source)).toEqual(wrecked);
  expect(await recoverRestore(store, set)).toBeUndefined();
});

test("a restore that replaces files already is brought to its end", async () => {
  const { source, store, set, ref } = await backedUp();
  await restoreBackup(store, set, ref, stopAt("switch"));
  expect(readFileSync(join(source, "mcp.json"), "utf8")).toContain("first");
});

test.each([
  ["of many bytes", {}],
  ["that comes in one piece", { codec: "zstd" as const }],
])(
  "a drill, and a taking out, of a backup %s, that are stopped leave nothing of the secrets they unpacked",
  async (_, change) => {
    const { store, ...stage } = await backedUp();
    const set = { ...stage.set, ...change };
    const ref = (await createBackup(store, set)).ref!;
    const scratch = newFolder();
    await expect(drill(store, set, ref, { scratch, ...stopAt("stage") })).rejects.toMatchObject(STOPPED);
    expect(readdirSync(scratch)).toEqual([]);
    await expect(extractBackup(store, set, ref, scratch, stopAt("stage"))).rejects.toMatchObject(STOPPED);
    expect(readdirSync(scratch)).toEqual([]);
  },
);
