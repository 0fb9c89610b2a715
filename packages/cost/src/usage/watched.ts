import { elapsedMs } from "./moment.ts";
import type { TableRow } from "./process-table.ts";
import type { Moment } from "./reading.ts";

/** One start of a server whose usage is to be read. */
export interface Watched {
  /** Its boot id. */
  readonly owner: string;
  readonly server: string;
  readonly pid: number;
  /** When it says it started: ISO 8601. A process that is younger got its pid later. */
  readonly startedAt: string;
  /** Count by the cgroup and not by processes: the one it is in, or the one of this path. Only for a cgroup that it has to itself. */
  readonly cgroup?: "own" | { readonly path: string } | undefined;
  /** As measured by `storageOf`. */
  readonly storageBytes?: number | undefined;
}

/** Clocks are read one after the other, and registrations have what the process believed. */
const LENIENCE_MS = 10_000;

/** Keys of first processes, with whose they are. Of several in one process (worker threads) the first has it. */
export function rootsOf(
  watched: readonly Watched[],
  table: ReadonlyMap<number, TableRow>,
  now: Moment,
): ReadonlyMap<string, string> {
  const roots = new Map<string, string>();
  for (const { owner, pid, startedAt } of watched) {
    const row = table.get(pid);
    if (row === undefined || roots.has(row.key)) continue;
    const startedMs = now.wallMs - elapsedMs({ ...now, timerMs: row.startedMs }, now);
    if (startedMs <= Date.parse(startedAt) + LENIENCE_MS) roots.set(row.key, owner);
  }
  return roots;
}
