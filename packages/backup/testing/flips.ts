import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { expect } from "vitest";
import { type BackupSet, createBackup, restoreBackup, verifyBackup } from "../src/index.ts";
import { newFolder, newStage, treeOf } from "./stage.ts";

const identity = await generateX25519Identity();
const recipients = [await identityToRecipient(identity)];

/** Every kind of archive there is. */
export const KINDS: Readonly<Record<string, () => Partial<BackupSet>>> = {
  zstd: () => ({ codec: "zstd" }),
  gzip: () => ({ codec: "gzip" }),
  "no compression, signed": () => ({ codec: "none", signKeyFile: join(newFolder(), "key") }),
  "encryption, signed": () => ({ recipients, signKeyFile: join(newFolder(), "key") }),
};

/** Flips so many bits in each file of a backup, one at a time, its first and last byte among them. */
export async function flipThrough(change: Partial<BackupSet>, perFile: number): Promise<void> {
  const { store, set, source } = newStage(change);
  const { ref } = await createBackup(store, set);
  const folder = store.target.folderOf(ref!);
  writeFileSync(join(source, "mcp.json"), "changed since");
  const before = treeOf(source);
  let flips = 0;
  for (const file of readdirSync(folder)) {
    const sound = readFileSync(join(folder, file));
    const step = Math.max(1, Math.floor(sound.length / perFile));
    for (
      let at = 0;
      at < sound.length;
      at = at === sound.length - 1 ? sound.length : Math.min(at + step, sound.length - 1)
    ) {
      const flipped = Buffer.from(sound);
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      writeFileSync(join(folder, file), flipped);
      const { isSound } = await verifyBackup(store.target, ref!, { readData: true });
      expect(isSound, `${file} byte ${at}`).toBe(false);
      if (flips++ % 25 === 0) {
        await expect(
          restoreBackup(store, set, ref!, { identities: [identity] }),
          `${file} byte ${at}`,
        ).rejects.toThrow();
        expect(treeOf(source), `${file} byte ${at}`).toEqual(before);
      }
    }
    writeFileSync(join(folder, file), sound);
  }
  expect(flips).toBeGreaterThan(2 * Math.min(perFile, 60));
  expect((await verifyBackup(store.target, ref!, { readData: true, identities: [identity] })).isSound).toBe(true);
}
