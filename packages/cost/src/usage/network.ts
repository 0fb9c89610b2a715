import { readlink } from "node:fs/promises";
import { textOf } from "./process-details.ts";
import type { NetworkReading } from "./reading.ts";

/**
 * Bytes over the network interfaces a process sees, but for the loopback. Linux counts them for a network namespace and not for processes or
 * cgroups, so nothing is known of a process that shares ours.
 */
export async function networkOf(proc: string, pid: number): Promise<NetworkReading | undefined> {
  const [own, key] = await Promise.all([namespaceOf(proc, "self"), namespaceOf(proc, String(pid))]);
  if (key === undefined || key === own) return undefined;
  const rows = (await textOf(`${proc}/${pid}/net/dev`)).split("\n").flatMap((line) => {
    const [, name, rest = ""] = /^\s*([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    return name === undefined || name === "lo" ? [] : [rest.split(/\s+/).map(Number)];
  });
  const sum = (column: number) => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
  return { key, receivedBytes: sum(0), sentBytes: sum(SENT_COLUMN) };
}

/** proc_pid_net(5): eight columns of what was received come first. */
const SENT_COLUMN = 8;

async function namespaceOf(proc: string, pid: string): Promise<string | undefined> {
  return readlink(`${proc}/${pid}/ns/net`).catch(() => undefined);
}
