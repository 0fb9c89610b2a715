import { createPublicKey } from "node:crypto";
import { checkSet, safetyName, timetable } from "@mcp-ops/backup";
import { sourceOf } from "./open-set.ts";
import type { BackupSetSettings } from "./settings.ts";

/** What no single key of a set shows to be wrong, by the key to change. Better said when the config is read than by a backup that fails at night. */
export function faultsOf(name: string, set: BackupSetSettings): readonly (readonly [key: string, fault: string])[] {
  const faults = [
    ["schedule", faultIn(() => timetable(set.schedule, set.timeZone))],
    ["sources", faultOfSources(name, set)],
  ] as const;
  return faults.flatMap(([key, fault]) => (fault === undefined ? [] : [[key, fault]]));
}

/** The copies made before restores lie under such a name, and only the newest of them stay. */
export function isFreeName(name: string): boolean {
  return !name.endsWith(safetyName(""));
}

/** As `trustedKeys` has it: SPKI in base64. */
export function isPublicKey(text: string): boolean {
  const der = { key: Buffer.from(text, "base64"), format: "der", type: "spki" } as const;
  return faultIn(() => createPublicKey(der)) === undefined && createPublicKey(der).asymmetricKeyType === "ed25519";
}

function faultOfSources(name: string, { sources, databases, discover }: BackupSetSettings): string | undefined {
  if (sources.length > 0) {
    // Which folder they are read from does not matter here.
    return faultIn(() => checkSet({ name, sources: sources.map((source) => sourceOf(source, "/")) }));
  }
  const isEmpty = discover.length === 0 && Object.keys(databases).length === 0;
  return isEmpty ? "must name something to save, unless discover or databases does" : undefined;
}

function faultIn(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
