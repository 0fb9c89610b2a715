import { setTimeout } from "node:timers/promises";
import { type AuditLine, ChainReader } from "./chain-reader.ts";
import { type AuditPlace, auditHeads, chainsIn } from "./heads.ts";

export type { AuditLine };

/** How often a log that is followed is looked at: soon enough for a person who watches. */
const POLL_MS = 250;

/** The newest records of a log, in the order of their times over all its chains. */
export async function lastRecords(place: AuditPlace, count: number): Promise<readonly AuditLine[]> {
  return newest(readersFrom(place, count), count);
}

/**
 * The newest records of a log, and then those that come, until the signal ends it. Each record comes once, in the order of its
 * chain, over rotations and restarts; chains that begin meanwhile are read too.
 */
export async function* followAudit(place: AuditPlace, count: number, signal: AbortSignal): AsyncGenerator<AuditLine> {
  const readers = readersFrom(place, count);
  yield* await newest(readers, count);
  while (await pause(signal)) {
    for (const chain of chainsIn(place).keys()) {
      if (!readers.has(chain)) readers.set(chain, new ChainReader(place.folder, chain, 0));
    }
    for (const reader of readers.values()) yield* reader.more();
  }
}

function readersFrom(place: AuditPlace, count: number): Map<string, ChainReader> {
  const heads = auditHeads(place);
  return new Map(
    heads.map(({ chain, sequence }) => [chain, new ChainReader(place.folder, chain, Math.max(0, sequence - count))]),
  );
}

/** A record bears the time it was asked, and is written when it was answered: within a chain its place counts, not its time. */
async function newest(readers: ReadonlyMap<string, ChainReader>, count: number): Promise<readonly AuditLine[]> {
  const timed: { readonly time: string; readonly line: AuditLine }[] = [];
  for (const reader of readers.values()) {
    let time = "";
    for await (const line of reader.more()) {
      if (line.record.time > time) time = line.record.time;
      timed.push({ time, line });
    }
  }
  timed.sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));
  return count === 0 ? [] : timed.slice(-count).map(({ line }) => line);
}

async function pause(signal: AbortSignal): Promise<boolean> {
  try {
    await setTimeout(POLL_MS, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
