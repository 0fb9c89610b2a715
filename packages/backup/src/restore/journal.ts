import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { OpsError } from "@mcp-ops/formats";
import { z } from "zod";
import { readIfThere, replaceFile, syncFolder } from "../disk/durable.ts";
import { backupError } from "../errors.ts";
import type { BackupStore } from "../store/store.ts";
import type { RootSteps, Step } from "./steps.ts";

/**
 * What a restore is about to do, written before it does it. `staging`: nothing of the user's was touched yet. `switching`: undo
 * it. `done`: the new tree stands; only the leftovers are to be removed.
 */
export interface Journal {
  readonly version: 1;
  readonly id: string;
  readonly phase: "staging" | "switching" | "done";
  readonly roots: readonly RootSteps[];
}

export const JOURNAL_FILE = "restore.json";

const path = z.string().refine((text) => !text.includes("\0") && !text.split("/").includes(".."));
const owner = z.strictObject({ uid: z.int(), gid: z.int() });
const step: z.ZodType<Step> = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("put"), path, had: z.boolean() }),
  z.strictObject({ do: z.literal("take"), path }),
  z.strictObject({ do: z.literal("make-folder"), path, owner: owner.optional() }),
  z.strictObject({ do: z.literal("drop-folder"), path, mode: z.int(), owner: owner.optional() }),
  z.strictObject({ do: z.literal("mode"), path, from: z.int().nullable(), to: z.int() }),
]) as z.ZodType<Step>;
const journal: z.ZodType<Journal> = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  phase: z.enum(["staging", "switching", "done"]),
  roots: z.array(
    z.strictObject({ root: z.string(), staging: z.string(), made: z.array(z.string()), steps: z.array(step) }),
  ),
});

export async function writeJournal(store: BackupStore, set: string, journal: Journal): Promise<void> {
  await replaceFile(store.file(set, JOURNAL_FILE), JSON.stringify(journal));
}

/** @throws BACKUP_JOURNAL_INVALID */
export async function readJournal(store: BackupStore, set: string): Promise<Journal | undefined> {
  const file = store.file(set, JOURNAL_FILE);
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return journal.parse(JSON.parse(text));
  } catch (error) {
    throw journalError(file, "cannot be read", error);
  }
}

export async function endJournal(store: BackupStore, set: string): Promise<void> {
  const file = store.file(set, JOURNAL_FILE);
  await rm(file, { force: true });
  await syncFolder(dirname(file));
}

export function journalError(file: string, what: string, cause?: unknown): OpsError {
  return backupError(
    "BACKUP_JOURNAL_INVALID",
    `The journal ${file} of a restore that did not end ${what}. The folders .mcp-ops-restore-* beside the restored files hold the old and the new ones: put right what is wrong, then remove them and the journal.`,
    cause,
  );
}
