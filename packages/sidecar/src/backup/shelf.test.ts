import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BackupStore, createBackup, removeBackup } from "@mcp-ops/backup";
import { expect, it, onTestFinished } from "vitest";
import { Shelf } from "./shelf.ts";

it("reads the disk again when a backup came or went, and not when nothing happened there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "shelf-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "a.json");
  writeFileSync(file, "{}");
  const store = new BackupStore(join(folder, "backups"));
  const set = { name: "kept", sources: [{ path: file, required: true }] };
  const shelf = new Shelf(store, "kept");
  const retained = async () => (await shelf.read()).status.retained;
  expect(await retained()).toBe(0);
  const { ref } = await createBackup(store, set);
  expect(await retained()).toBe(1);
  expect(await shelf.read()).toBe(await shelf.read());
  await createBackup(store, set);
  expect(await retained()).toBe(2);
  if (ref === undefined) throw new Error("There is no backup.");
  await removeBackup(store, ref, "by hand");
  expect(await retained()).toBe(1);
  writeFileSync(store.file("kept", "chain.jsonl"), "not a chain\n");
  await expect(shelf.read()).rejects.toMatchObject({ code: "BACKUP_CHAIN_BROKEN" });
});
