import { setTimeout as passing } from "node:timers/promises";
import {
  type BackupInfo,
  type BackupReport,
  type BackupStore,
  createBackup,
  listBackups,
  planRetention,
  type RetentionPolicy,
  removeBackup,
  type SetVerdict,
  sendBackup,
  verifySet,
} from "@mcp-ops/backup";
import { OpsError } from "@mcp-ops/formats";
import { SIDECAR_ERROR } from "../codes.ts";
import { openOffsite } from "./offsite.ts";
import type { OffsiteSettings } from "./offsite-settings.ts";
import { backupSetOf, type Place } from "./open-set.ts";
import type { BackupSetSettings } from "./settings.ts";

const DAY_MS = 86_400_000;
/** Between two looks whether another run of the set has ended; after a minute the run has failed, and the schedule tries again. */
const WAIT_MS = 500;
const MAX_WAITS = 120;

/** One set of the config, and where it is kept. */
export interface Kept {
  readonly name: string;
  readonly settings: BackupSetSettings;
  readonly store: BackupStore;
  readonly place: Place;
}

/** @throws SIDECAR_BACKUP_FAILED, and what `createBackup` throws */
export async function save({ name, settings, store, place }: Kept, signal: AbortSignal): Promise<BackupReport> {
  const { set } = await backupSetOf(name, settings, place);
  const report = await patiently(() => createBackup(store, set, { signal }), signal);
  if (report.result !== "failed") return report;
  throw new OpsError(
    SIDECAR_ERROR.backupFailed,
    `Nothing new was saved of the set ${name}: ${problemsIn(report)}. Put it right, or take it out of the config; the backups before are as they were.`,
  );
}

/** A restore by hand changes a config, and the change leads here before the restore has ended. */
async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let waits = 0; ; waits++) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: unknown }).code !== "BACKUP_BUSY" || waits === MAX_WAITS) throw error;
      await passing(WAIT_MS, undefined, { signal });
    }
  }
}

/** What is wrong with a run, for people; a folder can hold any number of files that cannot be read. */
export function problemsIn({ problems }: BackupReport): string {
  const shown = problems.slice(0, 5).map(({ what, reason }) => `${what} (${reason})`);
  return `${shown.join(", ")}${problems.length > shown.length ? ` and ${problems.length - shown.length} more` : ""}`;
}

/** What is wrong with the backups of a set, as the last reading of all of them found it. */
export interface Reading {
  /** Ids. */
  readonly damaged: readonly string[];
  /** Where folder and history disagree. */
  readonly history: readonly string[];
}

/** Reads all backups again when one was not read for too long; of those that are damaged it is known why. */
export async function readAgain(kept: Kept, before: Reading, signal: AbortSignal): Promise<Reading> {
  const { name, settings, store } = kept;
  const limit = Date.now() - settings.verifyAfterDays * DAY_MS;
  const backups = await listBackups(store, name);
  const damaged = before.damaged.filter((id) => backups.some(({ ref }) => ref.id === id));
  const isFresh = ({ ref, verifiedAtMs = 0 }: BackupInfo) => verifiedAtMs >= limit || damaged.includes(ref.id);
  if (backups.every(isFresh)) return { damaged, history: before.history.length === 0 ? [] : await historyOf(kept) };
  const onProgress = () => signal.throwIfAborted();
  const verdict = await orLeft(verifySet(store, name, { readData: true, onProgress }), signal);
  return {
    damaged: verdict.backups.filter(({ isSound }) => !isSound).map(({ ref }) => ref.id),
    history: historyIn(verdict),
  };
}

/** A reading can take an hour, and the daemon does not wait for its end: it writes nothing but what it has found. */
async function orLeft<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: left, reject } = Promise.withResolvers<never>();
  const leave = () => reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await Promise.race([work, left]);
  } finally {
    signal.removeEventListener("abort", leave);
    work.catch(() => {});
  }
}

async function historyOf({ name, store }: Kept): Promise<readonly string[]> {
  return historyIn(await verifySet(store, name));
}

function historyIn({ history }: SetVerdict): readonly string[] {
  return history.map(({ kind, what }) => `${what} is ${kind}`);
}

/**
 * Removes what no rule wants, each with a tombstone. What somebody should look at.
 * @param held the one to go back to while a config is broken, which stays whatever the rules say
 */
export async function prune(
  { name, settings, store }: Kept,
  damaged: readonly string[],
  held: string | undefined,
): Promise<readonly string[]> {
  const kept = (await listBackups(store, name)).map(({ ref, atMs, result, verifiedAtMs }) => ({
    id: ref.id,
    at: atMs,
    result,
    verified: damaged.includes(ref.id) ? false : verifiedAtMs === undefined ? undefined : true,
  }));
  const { remove, alarms } = planRetention(kept, retentionOf(settings), Date.now());
  const unwanted = remove.filter((id) => id !== held);
  for (const id of unwanted) await removeBackup(store, { set: name, id }, "prune: no rule of retention wants it");
  return alarms.map(({ message }) => message);
}

/** The rules as `planRetention` takes them. */
export function retentionOf({ retention: { withinDays, ...rules } }: BackupSetSettings): RetentionPolicy {
  return { ...rules, ...(withinDays !== undefined && { withinMs: withinDays * DAY_MS }) };
}

/**
 * Copies what is newer than the newest copy; what somebody has removed there does not come again. One that may not leave holds up none
 * after it: it was made before the set was encrypted and signed.
 */
export async function send(kept: Kept, offsite: OffsiteSettings, signal: AbortSignal): Promise<void> {
  const { name, store, place } = kept;
  using target = await openOffsite(`backup.sets.${name}.offsite`, offsite, place);
  let newest = "";
  for await (const { id } of target.list(name)) newest = id;
  const isNew = ({ ref, result }: BackupInfo) => result === "complete" && ref.id > newest;
  let refusal: unknown;
  for (const { ref } of (await listBackups(store, name)).filter(isNew)) {
    refusal = await sendBackup(store, target, ref, { allowPlaintext: offsite.allowPlaintext, signal }).then(
      () => undefined,
      refusalIn,
    );
  }
  if (refusal !== undefined) throw refusal;
}

/** The same whenever it is tried; anything else may be over the next time. */
function refusalIn(error: { readonly code?: unknown }): unknown {
  if (error.code === "BACKUP_PLAINTEXT_REFUSED" || error.code === "BACKUP_MANIFEST_INVALID") return error;
  throw error;
}
