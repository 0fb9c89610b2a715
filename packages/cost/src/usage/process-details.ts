import { readFile } from "node:fs/promises";

const KIB = 1_024;

/**
 * Memory of one process in bytes: its proportional share of what it shares with others (PSS), so that the parts of a tree add up; its resident
 * set where that may not be read. Undefined when it is gone.
 */
export async function memoryOf(proc: string, pid: number): Promise<number | undefined> {
  return (await kibLine(`${proc}/${pid}/smaps_rollup`, "Pss")) ?? (await kibLine(`${proc}/${pid}/status`, "VmRSS"));
}

/** Bytes a process has had read from and written to storage, with children that ended (proc_pid_io(5)); undefined where it may not be known. */
export async function diskOf(
  proc: string,
  pid: number,
): Promise<{ readonly readBytes: number; readonly writtenBytes: number } | undefined> {
  const text = await textOf(`${proc}/${pid}/io`);
  const readBytes = numberAfter(text, "read_bytes");
  const writtenBytes = numberAfter(text, "write_bytes");
  return readBytes === undefined || writtenBytes === undefined ? undefined : { readBytes, writtenBytes };
}

async function kibLine(path: string, name: string): Promise<number | undefined> {
  const kib = numberAfter(await textOf(path), name);
  return kib === undefined ? undefined : kib * KIB;
}

/** Nothing where it cannot be read: the process is gone, or another user's. */
export async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

/** The number after a name at the start of a line, as in many files of the kernel. */
export function numberAfter(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:?\\s+(\\d+)`, "m").exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
