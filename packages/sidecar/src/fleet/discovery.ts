import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseRegistration, type Registration } from "@mcp-ops/formats";
import { openRuntimeFolder, sweep, takeDeaths, thisBoot } from "@mcp-ops/kit";

/** What lies in the runtime folder. */
export interface Found {
  /** Oldest process first. */
  readonly registrations: readonly Registration[];
  /** Boot ids of processes that were killed and whose registration has been swept since the last look, by whoever started meanwhile or by us. */
  readonly swept: readonly string[];
  /** Names of files that are no registration, though they are named like one. */
  readonly unreadable: readonly string[];
}

/** No registration is longer. */
const MAX_BYTES = 16 * 1024;

/** Looks into the runtime folder, and sweeps what dead processes left there. */
export async function discover(folder: string, maxFiles: number): Promise<Found> {
  await openRuntimeFolder(folder);
  await sweep(folder, thisBoot());
  const swept = await takeDeaths(folder);
  const names = await registrationNames(folder);
  return { ...(await readAll(folder, names.slice(0, maxFiles))), swept };
}

/** The same, and leaves everything as it is: what dead processes left there is among it. */
export async function registered(folder: string, maxFiles: number): Promise<Omit<Found, "swept">> {
  await openRuntimeFolder(folder);
  return readAll(folder, (await registrationNames(folder)).slice(0, maxFiles));
}

async function readAll(folder: string, names: readonly string[]): Promise<Omit<Found, "swept">> {
  const read = await Promise.all(names.map((name) => readOne(folder, name)));
  const registrations = read.filter((one) => typeof one === "object");
  return {
    registrations: registrations.toSorted((a, b) => order(a).localeCompare(order(b))),
    unreadable: read.filter((one) => typeof one === "string"),
  };
}

async function registrationNames(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => /^\d+-[0-9a-f]{12}\.json$/.test(name));
}

/** Its name when it cannot be read; nothing when it is gone. */
async function readOne(folder: string, name: string): Promise<Registration | string | undefined> {
  const path = join(folder, name);
  try {
    if ((await stat(path)).size > MAX_BYTES) return name;
    return parseRegistration(await readFile(path, "utf8"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : name;
  }
}

function order({ startedAt, bootId }: Registration): string {
  return `${startedAt} ${bootId}`;
}
