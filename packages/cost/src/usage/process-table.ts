import { readdirSync, readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { ProcessReading } from "./reading.ts";

/** A process as the table of the machine has it. */
export type TableRow = Omit<ProcessReading, "readBytes" | "writtenBytes"> & { readonly pid: number };

/** The kernel gives times to programs in hundredths of a second, whatever it counts in itself (USER_HZ, time(7)). */
const US_PER_TICK = 10_000;
const MS_PER_TICK = 10;
/** Reading one takes some 10 µs: between so many the event loop gets its turn. */
const ROWS_PER_TURN = 100;

/** Every process that can be seen, by pid. One that ends meanwhile is left out. */
export async function readProcessTable(proc: string): Promise<ReadonlyMap<number, TableRow>> {
  const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  const found: Stat[] = [];
  for (const [index, pid] of pids.entries()) {
    if (index % ROWS_PER_TURN === ROWS_PER_TURN - 1) await setImmediate();
    const stat = readStat(proc, pid);
    if (stat !== undefined) found.push(stat);
  }
  const byPid = new Map(found.map((stat) => [stat.pid, stat]));
  return new Map(found.map((stat) => [stat.pid, rowOf(stat, byPid.get(stat.parentPid))]));
}

interface Stat {
  readonly pid: number;
  readonly parentPid: number;
  readonly startTick: number;
  readonly cpuTicks: number;
  readonly endedTicks: number;
}

function readStat(proc: string, pid: string): Stat | undefined {
  try {
    return parseStat(readFileSync(`${proc}/${pid}/stat`, "latin1"));
  } catch (error) {
    // One that is there and cannot be read would look as if it had ended, and be counted anew later.
    if (["ENOENT", "ESRCH"].includes(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw error;
  }
}

/** proc_pid_stat(5). The name in parentheses may hold anything, parentheses too, so fields are counted from the last one. */
export function parseStat(text: string): Stat | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const at = (field: number) => Number(fields[field - 3]);
  const stat = {
    pid: Number.parseInt(text, 10),
    parentPid: at(4),
    startTick: at(22),
    cpuTicks: at(14) + at(15),
    endedTicks: at(16) + at(17),
  };
  return Object.values(stat).every(Number.isSafeInteger) ? stat : undefined;
}

function rowOf(stat: Stat, parent: Stat | undefined): TableRow {
  return {
    pid: stat.pid,
    key: keyOf(stat),
    // A parent younger than its child is another process that got the pid.
    parent: parent === undefined || parent.startTick > stat.startTick ? undefined : keyOf(parent),
    startedMs: stat.startTick * MS_PER_TICK,
    cpuUs: stat.cpuTicks * US_PER_TICK,
    endedCpuUs: stat.endedTicks * US_PER_TICK,
  };
}

function keyOf({ pid, startTick }: Stat): string {
  return `${pid}:${startTick}`;
}
