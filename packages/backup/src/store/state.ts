import { readIfThere, replaceFile } from "../disk/durable.ts";
import type { Totals } from "../manifest/manifest.ts";
import type { BackupStore } from "./store.ts";

/** What is known of a set beside its backups. It is on the disk, so that no restart invents it. */
export interface SetState {
  readonly lastAttempt?: Attempt;
  readonly lastRestore?: { readonly at: string; readonly result: "done" | "rolled-back" | "failed" };
  /** When each backup that is still there was last read in full and found sound. */
  readonly verified: Readonly<Record<string, string>>;
}

export interface Attempt {
  readonly at: string;
  readonly result: "complete" | "partial" | "failed";
  readonly durationMs: number;
  /** Of the error that ended it. */
  readonly code?: string | undefined;
  /** Of the backup it made, if it made one. */
  readonly totals?: Totals | undefined;
}

/** A state that cannot be read is that of a set of which nothing is known. */
export async function readState(store: BackupStore, set: string): Promise<SetState> {
  const text = await readIfThere(store.file(set, STATE_FILE));
  try {
    return { verified: {}, ...(JSON.parse(text ?? "{}") as Partial<SetState>) };
  } catch {
    return { verified: {} };
  }
}

/** Call it under the set's lock. */
export async function changeState(store: BackupStore, set: string, change: Partial<SetState>): Promise<void> {
  const state = { ...(await readState(store, set)), ...change };
  await replaceFile(store.file(set, STATE_FILE), `${JSON.stringify(state)}\n`);
}

/** Notes that a backup was read in full, and forgets those that are gone. */
export async function markVerified(store: BackupStore, set: string, id: string, at: Date): Promise<void> {
  const { verified } = await readState(store, set);
  const there = new Set<string>([id]);
  for await (const ref of store.target.list(set)) there.add(ref.id);
  const kept = Object.entries(verified).filter(([known]) => there.has(known));
  await changeState(store, set, { verified: { ...Object.fromEntries(kept), [id]: at.toISOString() } });
}

/** It was found damaged: it is none of those that a restore or a retention may count on. */
export async function forgetVerified(store: BackupStore, set: string, id: string): Promise<void> {
  const { [id]: _, ...verified } = (await readState(store, set)).verified;
  await changeState(store, set, { verified });
}

const STATE_FILE = "state.json";
