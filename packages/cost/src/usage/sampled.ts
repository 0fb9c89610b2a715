import { availableParallelism } from "node:os";
import { thisMoment } from "./moment.ts";
import { ownersOf } from "./owners.ts";
import type { TableRow } from "./process-table.ts";
import type { OwnerReading, Reading } from "./reading.ts";
import { rootsOf, type Watched } from "./watched.ts";

/** What of a process `systeminformation` tells that is used here. */
interface Sample {
  readonly pid: number;
  readonly parentPid: number;
  /** In per cent. */
  readonly cpu: number;
  /** Resident set in KiB. */
  readonly memRss: number;
  /** `2026-11-21 10:00:00` of this machine's zone. */
  readonly started: string;
}

/**
 * Shares of the moment, for systems where no counter can be read: what lies between two looks is not seen, so CPU time is an estimate, and
 * marked as one. Linux and Windows tell the share of the whole machine, the others that of a core.
 */
export async function sampledLook(watched: readonly Watched[], proc: string): Promise<Reading> {
  const { processes } = await import("systeminformation");
  const cores = process.platform === "linux" || process.platform === "win32" ? availableParallelism() : 1;
  const { list } = await processes();
  return readingOf(watched, list, thisMoment(proc), cores);
}

function readingOf(
  watched: readonly Watched[],
  samples: readonly Sample[],
  now: ReturnType<typeof thisMoment>,
  coresPerHundred: number,
): Reading {
  const rows = new Map(samples.map((sample) => [sample.pid, rowOf(sample, samples, now)]));
  const roots = rootsOf(watched, rows, now);
  const owners = ownersOf(rows.values(), roots, new Map());
  const rootOf = new Map([...roots].map(([key, owner]) => [owner, key]));
  const ownerReading = ({ owner, server, storageBytes }: Watched): OwnerReading => {
    const own = samples.filter(({ pid }) => owners.get(rows.get(pid)?.key ?? "") === owner);
    const sum = (value: (sample: Sample) => number) => own.reduce((total, sample) => total + value(sample), 0);
    return {
      owner,
      server,
      root: rootOf.get(owner),
      memoryBytes: own.length === 0 ? undefined : sum(({ memRss }) => memRss) * 1_024,
      cores: (sum(({ cpu }) => cpu) / 100) * coresPerHundred,
      storageBytes,
    };
  };
  const processes = [...rows.values()].flatMap(({ pid: _, ...row }) => {
    const owner = owners.get(row.key);
    return owner === undefined ? [] : [{ ...row, owner }];
  });
  return { ...now, owners: watched.map(ownerReading), processes };
}

/** By its pid alone: when it started is known to the second here, and not the same each time. */
function rowOf(
  { pid, parentPid, started }: Sample,
  samples: readonly Sample[],
  now: { readonly wallMs: number; readonly timerMs: number },
): TableRow {
  const parent = samples.find((sample) => sample.pid === parentPid);
  const isOlder = parent !== undefined && parent.started <= started && parent.pid !== pid;
  return {
    pid,
    key: String(pid),
    parent: isOlder ? String(parentPid) : undefined,
    startedMs: Math.round(now.timerMs - (now.wallMs - Date.parse(started.replace(" ", "T")))),
    cpuUs: 0,
    endedCpuUs: 0,
  };
}
