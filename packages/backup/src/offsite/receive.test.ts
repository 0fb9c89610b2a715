import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { newFolder, newStage, treeOf } from "../../testing/stage.ts";
import type { OpenFile } from "../archive/open.ts";
import { createBackup } from "../create/create-backup.ts";
import { openSignKey, publicKeyOf } from "../manifest/keys.ts";
import { opener } from "../manifest/load.ts";
import { extractBackup } from "../restore/extract-backup.ts";
import { listBackups } from "../store/list.ts";
import { BackupStore } from "../store/store.ts";
import type { BackupRef } from "../targets/target.ts";
import { receiveBackup } from "./receive.ts";

const PLENTY = 1_000_000;

/** A backup of another machine, the key that signed it, and a store here that knows nothing of it. */
async function elsewhere(isSigned = true) {
  const signKeyFile = join(newFolder(), "sign.key");
  const { store: theirs, set, source } = newStage({ codec: "none", ...(isSigned && { signKeyFile }) });
  const { ref, manifest } = await createBackup(theirs, set);
  const keys = isSigned ? [publicKeyOf(openSignKey(signKeyFile))] : [];
  const archive = manifest?.archive.file ?? "";
  return { open: opener(theirs.target, ref as BackupRef), ref: ref as BackupRef, keys, set, source, archive };
}

function here() {
  return new BackupStore(join(newFolder(), "synced"));
}

function left(store: BackupStore) {
  return readdirSync(join(store.folder, "story")).filter((name) => /^(?:\d{8}T|\.tmp-)/.test(name));
}

it("a backup of another machine is taken in whole, once, and counts as read", async () => {
  const { open, ref, keys, set, source } = await elsewhere();
  const store = here();
  const options = { trust: { keys }, maxBytes: PLENTY };
  expect(await receiveBackup(store, open, ref, options)).toBe("received");
  expect(await receiveBackup(store, open, ref, options)).toBe("there");
  expect(await listBackups(store, "story")).toMatchObject([{ ref, verifiedAtMs: expect.any(Number) }]);
  const folder = join(newFolder(), "out");
  await extractBackup(store, { ...set, trustedKeys: keys }, ref, folder);
  const [[saved = ""] = []] = [readdirSync(join(folder, "files"))];
  expect(treeOf(join(folder, "files", saved))).toEqual(treeOf(source));
});

it("one that nobody signed, or an unknown key, is refused before its archive is asked for", async () => {
  const known = await elsewhere();
  for (const theirs of [await elsewhere(false), await elsewhere()]) {
    const asked: string[] = [];
    const open: OpenFile = (file) => {
      asked.push(file);
      return theirs.open(file);
    };
    const store = here();
    const receiving = receiveBackup(store, open, theirs.ref, { trust: { keys: known.keys }, maxBytes: PLENTY });
    await expect(receiving).rejects.toMatchObject({ code: "BACKUP_NOT_TRUSTED" });
    expect(asked).toEqual(["manifest.json", "seal.json"]);
    expect(left(store)).toEqual([]);
  }
});

it("one that is too large, cut short or changed on the way leaves nothing", async () => {
  const { open, ref, keys, archive } = await elsewhere();
  const changed =
    (change: (chunk: Uint8Array) => Uint8Array): OpenFile =>
    async (file) => {
      const chunks = await open(file);
      if (file !== archive) return chunks;
      return (async function* () {
        for await (const chunk of chunks) yield change(chunk);
      })();
    };
  const flipped = changed((chunk) => chunk.map((byte, index) => (index === 30 ? byte ^ 1 : byte)));
  const cut = changed((chunk) => chunk.subarray(0, -1));
  const longer = changed((chunk) => Buffer.concat([chunk, Buffer.from("more")]));
  for (const [from, maxBytes, code] of [
    [open, 10, "BACKUP_ARCHIVE_DAMAGED"],
    [open, 20_000, "BACKUP_TOO_LARGE"],
    [flipped, PLENTY, "BACKUP_ARCHIVE_DAMAGED"],
    [cut, PLENTY, "BACKUP_ARCHIVE_DAMAGED"],
    [longer, PLENTY, "BACKUP_ARCHIVE_DAMAGED"],
  ] as const) {
    const store = here();
    await expect(receiveBackup(store, from, ref, { trust: { keys }, maxBytes })).rejects.toMatchObject({ code });
    expect(left(store)).toEqual([]);
  }
});
