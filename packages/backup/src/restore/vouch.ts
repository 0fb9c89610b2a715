import { hash } from "node:crypto";
import { join } from "node:path";
import { readIfThere, syncFolder, writeNew } from "../disk/durable.ts";
import type { RootSteps } from "./steps.ts";

/*
 * The journal lies with the backups, and who can write there may not be able to write where they are restored to. So the staging
 * folder, which lies there, holds the checksum of its steps: a journal that it does not vouch for is not replayed.
 */

/** Durable when it resolves: before the journal says that it switches. */
export async function vouch(root: RootSteps): Promise<void> {
  await writeNew(join(root.staging, STEPS_FILE), (handle) => handle.writeFile(sumOf(root)));
  await syncFolder(root.staging);
  await syncFolder(root.root);
}

/** `nothing`: the staging folder, or its checksum, is gone already; that is how an undone restore is cleared away. */
export async function vouched(root: RootSteps): Promise<"yes" | "no" | "nothing"> {
  const sum = await readIfThere(join(root.staging, STEPS_FILE));
  if (sum === undefined) return "nothing";
  return sum === sumOf(root) ? "yes" : "no";
}

function sumOf({ root, staging, made, steps }: RootSteps): string {
  return hash("sha256", JSON.stringify([root, staging, made, steps]), "hex");
}

const STEPS_FILE = "steps.sha256";
