import { lstat, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Dumper } from "../dump/dumper.ts";
import { messageOf, reasonOf } from "../errors.ts";
import type { SourceFacts } from "../manifest/manifest.ts";
import { type Found, type Walked, walkSource } from "./walk.ts";

/** Asks a database for its dump, into a folder of its own in the staging folder. */
export async function dump(dumper: Dumper, staging: string, signal: AbortSignal): Promise<Walked> {
  const { name, required } = dumper;
  const folder = join(staging, "dumps", name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const facts = { key: name, name, kind: "database", required } as const;
  try {
    const { files, notes } = await dumper.dump(folder, signal);
    const source: SourceFacts = { ...facts, status: "ok", notes };
    return { source, found: await found(folder, name, files), base: folder };
  } catch (error) {
    signal.throwIfAborted();
    await rm(folder, { recursive: true, force: true });
    // A manifest gets the code only: a message may quote what a program has said.
    const source: SourceFacts = { ...facts, status: "failed", notes: [reasonOf(error)] };
    return { source, found: [], base: undefined, failure: messageOf(error) };
  }
}

/** The files it said it wrote, and no others. */
async function found(folder: string, name: string, files: readonly string[]): Promise<Found[]> {
  for (const file of files) await lstat(join(folder, file));
  const { found } = await walkSource({ path: folder, required: true }, name);
  const wanted = new Set(files.map((file) => join(folder, file)));
  return found
    .filter(({ absolute, facts }) => facts.type !== "file" || wanted.has(absolute))
    .map(({ absolute, facts }) => ({
      absolute,
      facts: { ...facts, path: facts.path.replace(/^files\//, "databases/") },
    }));
}
