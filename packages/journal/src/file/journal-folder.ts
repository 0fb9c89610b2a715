import { lstatSync, type Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { COST_FILE, JOURNAL_FOLDER, OpsError } from "@mcp-ops/formats";
import { JOURNAL_ERROR } from "../codes.ts";

/**
 * The folder for journals in this runtime folder; undefined where no sidecar has made it.
 * @throws OpsError `JOURNAL_FOLDER_UNSAFE` where somebody else could put files into it.
 */
export async function findJournalFolder(runtimeFolder: string): Promise<string | undefined> {
  const path = join(runtimeFolder, JOURNAL_FOLDER);
  try {
    checkFolder(path, await lstat(path));
    checkFolder(dirname(path), await lstat(dirname(path)));
    return path;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A sidecar that runs says what all costs every minute at least. One that has not for so long is taken for gone: files for nobody must not pile up. */
const READER_GONE_MS = 3 * 24 * 60 * 60_000;

/**
 * The folder for journals where somebody reads them.
 * @throws OpsError `JOURNAL_FOLDER_UNSAFE`
 */
export async function findReader(runtimeFolder: string): Promise<string | undefined> {
  const folder = await findJournalFolder(runtimeFolder);
  if (folder === undefined) return undefined;
  const said = await lstat(join(folder, COST_FILE)).catch(() => undefined);
  return isGone(said) ? undefined : folder;
}

/** The same at once, for the last moment of a process. */
export function findReaderNow(runtimeFolder: string): string | undefined {
  const path = join(runtimeFolder, JOURNAL_FOLDER);
  try {
    checkFolder(path, lstatSync(path));
    checkFolder(dirname(path), lstatSync(dirname(path)));
    return isGone(lstatSync(join(path, COST_FILE), { throwIfNoEntry: false })) ? undefined : path;
  } catch {
    return undefined;
  }
}

/** One that has said nothing yet has only just come. */
function isGone(said: Stats | undefined): boolean {
  return said !== undefined && Date.now() - said.mtimeMs > READER_GONE_MS;
}

function isMissing(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ENOENT" || code === "ENOTDIR";
}

/** As the runtime folder itself is checked: who can write there could make us write elsewhere, or read a budget that is none. */
function checkFolder(path: string, found: Stats): void {
  if (!found.isDirectory()) throw unsafe(path, "is not a folder (a link to one will not do)");
  if (found.uid !== process.getuid?.()) throw unsafe(path, "belongs to another user");
  if ((found.mode & 0o022) !== 0) throw unsafe(path, "can be written by others");
}

function unsafe(path: string, why: string): OpsError {
  return new OpsError(
    JOURNAL_ERROR.folderUnsafe,
    `The folder ${path} ${why}, and nothing is written or read there. Run the sidecar and the servers as one user, and chmod go-w the folder.`,
  );
}
