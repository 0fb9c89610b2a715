import { access, stat } from "node:fs/promises";
import { join } from "node:path";
import { numberAfter, textOf } from "./process-details.ts";
import type { GroupReading } from "./reading.ts";
import type { Allocation } from "./reserve.ts";

/** A cgroup: one folder in version 2, one for each controller in version 1. */
export type Cgroup =
  | { readonly version: 2; readonly folder: string }
  | { readonly version: 1; readonly cpu: string; readonly memory: string; readonly disk: string };

/** Where the kernel shows what; a parameter, so that recorded trees can be read. */
export interface KernelFolders {
  readonly proc: string;
  readonly cgroup: string;
}

export const KERNEL: KernelFolders = { proc: "/proc", cgroup: "/sys/fs/cgroup" };

/** The cgroup that a process is in (cgroups(7)); undefined when it is gone or there are none. */
export async function cgroupOf({ proc, cgroup }: KernelFolders, pid: number): Promise<Cgroup | undefined> {
  const lines = (await textOf(`${proc}/${pid}/cgroup`)).trim().split("\n");
  const paths = new Map(
    lines.flatMap((line) => {
      const [, controllers, path = "/"] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      return controllers?.split(",").map((controller) => [controller, path] as const) ?? [];
    }),
  );
  return namedCgroup(cgroup, (controller) => paths.get(controller));
}

/** The cgroup of this path, such as `/system.slice/weather.service`. */
export function cgroupAt({ cgroup }: KernelFolders, path: string): Promise<Cgroup | undefined> {
  return namedCgroup(cgroup, () => path);
}

async function namedCgroup(
  root: string,
  pathOf: (controller: string) => string | undefined,
): Promise<Cgroup | undefined> {
  const unified = pathOf("");
  if (unified !== undefined && (await isThere(join(root, "cgroup.controllers"))))
    return { version: 2, folder: join(root, unified) };
  const [cpu, memory, disk] = ["cpuacct", "memory", "blkio"].map((controller) => {
    const path = pathOf(controller);
    return path === undefined ? undefined : join(root, controller, path);
  });
  if (cpu === undefined || !(await isThere(join(cpu, "cpuacct.usage")))) return undefined;
  // A controller that is not there has files that are not there.
  return { version: 1, cpu, memory: memory ?? cpu, disk: disk ?? cpu };
}

/** Its counters and its working set; undefined when it is gone. */
export async function readCgroup(
  group: Cgroup,
): Promise<{ readonly counters: GroupReading; readonly memoryBytes: number | undefined } | undefined> {
  const read = group.version === 2 ? await readSecond(group.folder) : await readFirst(group);
  return read.counters === undefined ? undefined : { counters: read.counters, memoryBytes: read.memoryBytes };
}

/** Working set as the kubelet has it: what is in use less the file cache that was not touched of late. */
async function readSecond(folder: string): Promise<Partial<NonNullable<Awaited<ReturnType<typeof readCgroup>>>>> {
  const [key, cpu, io, current, memory] = await Promise.all([
    keyOf(folder),
    textOf(join(folder, "cpu.stat")),
    textOf(join(folder, "io.stat")),
    numberIn(join(folder, "memory.current")),
    textOf(join(folder, "memory.stat")),
  ]);
  const cpuUs = numberAfter(cpu, "usage_usec");
  if (key === undefined || cpuUs === undefined) return {};
  const disk = io === "" ? {} : { readBytes: sumOf(io, /\brbytes=(\d+)/g), writtenBytes: sumOf(io, /\bwbytes=(\d+)/g) };
  return { counters: { key, cpuUs, ...disk }, ...workingSet(current, numberAfter(memory, "inactive_file")) };
}

async function readFirst(
  group: Extract<Cgroup, { version: 1 }>,
): Promise<Partial<NonNullable<Awaited<ReturnType<typeof readCgroup>>>>> {
  const [key, cpuNs, io, current, memory] = await Promise.all([
    keyOf(group.cpu),
    numberIn(join(group.cpu, "cpuacct.usage")),
    textOf(join(group.disk, "blkio.throttle.io_service_bytes_recursive")),
    numberIn(join(group.memory, "memory.usage_in_bytes")),
    textOf(join(group.memory, "memory.stat")),
  ]);
  if (key === undefined || cpuNs === undefined) return {};
  const disk = io === "" ? {} : { readBytes: sumOf(io, / Read (\d+)/g), writtenBytes: sumOf(io, / Write (\d+)/g) };
  const counters = { key, cpuUs: Math.floor(cpuNs / 1000), ...disk };
  return { counters, ...workingSet(current, numberAfter(memory, "total_inactive_file")) };
}

function workingSet(current: number | undefined, inactive = 0): { readonly memoryBytes?: number } {
  return current === undefined ? {} : { memoryBytes: Math.max(0, current - inactive) };
}

/** Thousandths of a core per core. */
const MILLI = 1_000;
/** From this on a limit of version 1 means none: it is the largest number of pages. */
const NO_LIMIT = 2 ** 60;

/** What its limits reserve; zero where it has none. */
export async function limitsOf(group: Cgroup): Promise<Allocation> {
  if (group.version === 2) {
    const [quota = "max", period = ""] = (await textOf(join(group.folder, "cpu.max"))).trim().split(" ");
    return {
      milliCores: share(Number(quota), Number(period)),
      ...limit(await numberIn(join(group.folder, "memory.max"))),
    };
  }
  const cpu = group.cpu.replace("/cpuacct/", "/cpu/");
  const quota = await numberIn(join(cpu, "cpu.cfs_quota_us"));
  const period = await numberIn(join(cpu, "cpu.cfs_period_us"));
  return {
    milliCores: share(quota ?? Number.NaN, period ?? Number.NaN),
    ...limit(await numberIn(join(group.memory, "memory.limit_in_bytes"))),
  };
}

function share(quota: number, period: number): number {
  return quota > 0 && period > 0 ? Math.round((quota / period) * MILLI) : 0;
}

function limit(bytes: number | undefined): { readonly memoryBytes: number } {
  return { memoryBytes: bytes === undefined || bytes >= NO_LIMIT ? 0 : bytes };
}

/** A folder that was made anew is another group, though its path is the same: its counters began at zero. */
async function keyOf(folder: string): Promise<string | undefined> {
  const found = await stat(folder, { bigint: true }).catch(() => undefined);
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

async function numberIn(path: string): Promise<number | undefined> {
  const text = (await textOf(path)).trim();
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function sumOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((sum, [, number]) => sum + Number(number), 0);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
