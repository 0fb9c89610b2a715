import { lstat, mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { type Boot, JOURNAL_FOLDER, parseJournalFileName, type Registration } from "@mcp-ops/formats";
import { isAlive, openRuntimeFolder } from "@mcp-ops/kit";
import { isDocument } from "../documents.ts";

/** Makes the folder whose being there asks the servers for journals; for the owner alone. */
export async function openJournalFolder(runtimeFolder: string): Promise<string> {
  await openRuntimeFolder(runtimeFolder);
  const folder = join(runtimeFolder, JOURNAL_FOLDER);
  await mkdir(folder, { mode: 0o700 }).catch(() => {});
  await openRuntimeFolder(folder);
  return folder;
}

/** Nobody will read: what is there goes, and servers that find the folder gone write no more. */
export async function closeJournalFolder(runtimeFolder: string): Promise<void> {
  const folder = join(runtimeFolder, JOURNAL_FOLDER);
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined || !found.isDirectory()) return;
  const names = await readdir(folder);
  const ours = names.filter((name) => isDocument(name) || parseJournalFileName(name) !== undefined);
  await Promise.all(ours.map((name) => rm(join(folder, name), { force: true })));
  // What somebody else has put there stays, and the folder with it.
  await rmdir(folder).catch(() => {});
}

/** Whether a process may still write: it is registered, or its pid lives. A process of another container has a pid that is not seen here. */
export function isAliveWith(registrations: readonly Registration[]): (boot: Boot) => boolean {
  const registered = new Set(registrations.map(({ bootId }) => bootId));
  return ({ pid, bootId }) => registered.has(bootId) || isAlive(pid);
}
