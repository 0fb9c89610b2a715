import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OpsError } from "@mcp-ops/formats";

/** A file that is not there yet, or is to be. */
export interface ExportedFile {
  readonly name: string;
  readonly text: string;
}

/** What became of it; `same` was there already, word for word. */
export type Exported = "written" | "replaced" | "same";

/**
 * Writes files for other programs to read into a folder, which is made where there is none: each whole or not at all. Without `force` nothing
 * is written when one of them is there and says something else, since somebody may have changed it.
 */
export async function exportFiles(
  folder: string,
  files: readonly ExportedFile[],
  { force }: { readonly force: boolean },
): Promise<readonly Exported[]> {
  const states = await Promise.all(files.map((file) => stateOf(folder, file)));
  const changed = files.filter((_, index) => states[index] === "replaced").map(({ name }) => join(folder, name));
  if (changed.length > 0 && !force) {
    throw new OpsError(
      "CLI_FILES_DIFFER",
      `These are there and say something else, so nothing was written: ${changed.join(", ")}. Give --force to replace them, or --out another folder.`,
    );
  }
  await mkdir(folder, { recursive: true });
  for (const [index, { name, text }] of files.entries())
    if (states[index] !== "same") await writeWhole(join(folder, name), text);
  return states;
}

async function stateOf(folder: string, { name, text }: ExportedFile): Promise<Exported> {
  try {
    return (await readFile(join(folder, name), "utf8")) === text ? "same" : "replaced";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "written";
    throw error;
  }
}

/** Whoever watches the folder, as Grafana does, never reads half of it. */
async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await writeFile(draft, text, { flag: "wx" });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
