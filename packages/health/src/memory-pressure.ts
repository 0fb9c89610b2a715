import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Memory in use against the limit that is nearest to being hit. */
export interface MemoryPressure {
  /** Without what the kernel can drop at once (the working set, as the kubelet counts it). */
  readonly usedBytes: number;
  readonly limitBytes: number;
  readonly source: "cgroup v2" | "cgroup v1" | "host";
}

/** One version of control groups: where its files are, and what they are called. */
interface Version {
  readonly source: "cgroup v2" | "cgroup v1";
  readonly mount: string;
  /** The group of this process, from one line of `/proc/self/cgroup`. */
  readonly group: RegExp;
  readonly usage: string;
  readonly limit: string;
  readonly droppable: RegExp;
}

const VERSIONS: readonly Version[] = [
  {
    source: "cgroup v2",
    mount: "sys/fs/cgroup",
    group: /^0::(\/.*)$/m,
    usage: "memory.current",
    limit: "memory.max",
    droppable: /^inactive_file (\d+)$/m,
  },
  {
    source: "cgroup v1",
    mount: "sys/fs/cgroup/memory",
    group: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m,
    usage: "memory.usage_in_bytes",
    limit: "memory.limit_in_bytes",
    droppable: /^total_inactive_file (\d+)$/m,
  },
];

/** Version 1 writes "no limit" as the largest number of pages there is. */
const NO_LIMIT_BYTES = 2 ** 60;

/** Reads what presses most: of the control groups from the process's own up to the root, the one nearest to its limit; the host where none is limited. */
export async function memoryPressure(root: string): Promise<MemoryPressure> {
  const host = await hostPressure(root);
  const groups = await Promise.all(VERSIONS.map((version) => groupPressures(root, version)));
  // A limit above what the host has limits nothing.
  const found = groups.flat().filter(({ limitBytes }) => limitBytes < host.limitBytes);
  return found.reduce<MemoryPressure>((most, one) => (ratio(one) > ratio(most) ? one : most), found[0] ?? host);
}

async function groupPressures(root: string, version: Version): Promise<MemoryPressure[]> {
  const own = version.group.exec((await textOf(join(root, "proc/self/cgroup"))) ?? "")?.[1];
  if (own === undefined) return [];
  const found: MemoryPressure[] = [];
  // In a container the path may be that of the host while only the container's own group is mounted: then the root is it.
  for (let group = own; ; group = dirname(group)) {
    const pressure = await groupPressure(join(root, version.mount, group), version);
    if (pressure !== undefined) found.push(pressure);
    if (group === "/" || group === ".") return found;
  }
}

async function groupPressure(folder: string, version: Version): Promise<MemoryPressure | undefined> {
  const [usage, limit, stat] = await Promise.all(
    [version.usage, version.limit, "memory.stat"].map((file) => textOf(join(folder, file))),
  );
  // "max" is not a number either.
  const limitBytes = Number(limit ?? Number.NaN);
  if (usage === undefined || !(limitBytes > 0 && limitBytes < NO_LIMIT_BYTES)) return undefined;
  const droppable = Number(version.droppable.exec(stat ?? "")?.[1] ?? 0);
  return { usedBytes: Math.max(0, Number(usage) - droppable), limitBytes, source: version.source };
}

async function hostPressure(root: string): Promise<MemoryPressure> {
  const info = await textOf(join(root, "proc/meminfo"));
  const total = kibibytes(info, "MemTotal");
  const available = kibibytes(info, "MemAvailable");
  if (total !== undefined && available !== undefined) {
    return { usedBytes: total - available, limitBytes: total, source: "host" };
  }
  const { freemem, totalmem } = await import("node:os");
  return { usedBytes: totalmem() - freemem(), limitBytes: totalmem(), source: "host" };
}

function kibibytes(info: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(info ?? "")?.[1];
  return found === undefined ? undefined : Number(found) * 1024;
}

function ratio({ usedBytes, limitBytes }: MemoryPressure): number {
  return usedBytes / limitBytes;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch {
    return undefined;
  }
}
