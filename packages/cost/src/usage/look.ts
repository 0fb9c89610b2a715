import { existsSync } from "node:fs";
import { type Cgroup, cgroupAt, cgroupOf, type KernelFolders, readCgroup } from "./cgroup.ts";
import type { MeterState } from "./meter.ts";
import { thisMoment } from "./moment.ts";
import { networkOf } from "./network.ts";
import { ownersOf } from "./owners.ts";
import { diskOf, memoryOf } from "./process-details.ts";
import { readProcessTable, type TableRow } from "./process-table.ts";
import type { GroupReading, OwnerReading, Reading } from "./reading.ts";
import { sampledLook } from "./sampled.ts";
import { rootsOf, type Watched } from "./watched.ts";

/**
 * What these servers have taken by now. The counters of the kernel where there are any, else shares of the moment, which make an estimate.
 *
 * @param last what was remembered of the last look: processes that left their parents are still found by it
 */
export async function look(
  watched: readonly Watched[],
  last: MeterState | undefined,
  kernel: KernelFolders,
): Promise<Reading> {
  if (!existsSync(`${kernel.proc}/self/stat`)) return sampledLook(watched, kernel.proc);
  const table = await readProcessTable(kernel.proc);
  const now = thisMoment(kernel.proc);
  const roots = rootsOf(watched, table, now);
  const before = last?.timer === now.timer ? Object.entries(last.processes) : [];
  const rows = [...table.values()];
  const owners = ownersOf(rows, roots, new Map(before.map(([key, { owner }]) => [key, owner])));
  const owned = rows.filter(({ key }) => owners.has(key));
  const details = new Map(await Promise.all(owned.map((row) => detailed(row, owners.get(row.key) ?? "", kernel))));
  const rootOf = new Map([...roots].map(([key, owner]) => [owner, key]));
  return {
    ...now,
    owners: await Promise.all(
      watched.map((one) => ownerReading(one, rootOf.get(one.owner), [...details.values()], kernel)),
    ),
    processes: [...details.values()].map(({ pid: _, memoryBytes: __, ...process }) => process),
  };
}

type Detailed = Reading["processes"][number] & { readonly pid: number; readonly memoryBytes: number | undefined };

async function detailed(row: TableRow, owner: string, { proc }: KernelFolders): Promise<readonly [string, Detailed]> {
  const [memoryBytes, disk] = await Promise.all([memoryOf(proc, row.pid), diskOf(proc, row.pid)]);
  return [row.key, { ...row, ...disk, owner, memoryBytes }];
}

async function ownerReading(
  { owner, server, pid, cgroup, storageBytes }: Watched,
  root: string | undefined,
  details: readonly Detailed[],
  kernel: KernelFolders,
): Promise<OwnerReading> {
  const group = cgroup === undefined ? undefined : await groupReading(await find(cgroup, pid, root, kernel));
  const own = details.filter((one) => one.owner === owner);
  return {
    owner,
    server,
    root,
    memoryBytes: cgroup === undefined ? memoryTogether(own) : group?.memoryBytes,
    ...(group !== undefined && { group: group.counters }),
    network: root === undefined ? undefined : await networkOf(kernel.proc, pid),
    storageBytes,
  };
}

async function find(
  cgroup: NonNullable<Watched["cgroup"]>,
  pid: number,
  root: string | undefined,
  kernel: KernelFolders,
): Promise<Cgroup | undefined> {
  if (cgroup !== "own") return cgroupAt(kernel, cgroup.path);
  return root === undefined ? undefined : cgroupOf(kernel, pid);
}

async function groupReading(
  group: Cgroup | undefined,
): Promise<{ readonly counters: GroupReading; readonly memoryBytes: number | undefined } | undefined> {
  return group === undefined ? undefined : readCgroup(group);
}

/** A process that has just ended has none any more. */
function memoryTogether(own: readonly Detailed[]): number | undefined {
  const known = own.flatMap(({ memoryBytes }) => (memoryBytes === undefined ? [] : [memoryBytes]));
  return known.length === 0 ? undefined : known.reduce((sum, bytes) => sum + bytes, 0);
}
