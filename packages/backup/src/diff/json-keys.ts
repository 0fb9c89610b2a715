import { readJsonc } from "../jsonc.ts";

/** Paths of members that were added, removed or changed, `mcpServers.github.env.TOKEN`. Never a value. */
export interface KeyChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** More than a person reads; beyond it the list ends. */
const MAX_PATHS = 1000;

/** Compares two texts of JSON or JSONC; undefined when one of them is neither. */
export function jsonKeyChanges(before: string, after: string): KeyChanges | undefined {
  const [first, second] = [readJsonc(before), readJsonc(after)];
  if ("reason" in first || "reason" in second) return undefined;
  try {
    const [old, now] = [leaves(first.value), leaves(second.value)];
    return {
      added: [...now.keys()].filter((path) => !old.has(path)).slice(0, MAX_PATHS),
      removed: [...old.keys()].filter((path) => !now.has(path)).slice(0, MAX_PATHS),
      changed: [...now]
        .filter(([path, value]) => old.has(path) && old.get(path) !== value)
        .map(([path]) => path)
        .slice(0, MAX_PATHS),
    };
  } catch {
    // Nested deeper than can be walked.
    return undefined;
  }
}

/** The values at the ends, by path. An array is one value: it has places, not names. */
function leaves(value: unknown, path = "", found = new Map<string, string>()): Map<string, string> {
  const members = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (members.length === 0) found.set(path, JSON.stringify(value));
  for (const [name, member] of members) leaves(member, path === "" ? step(name) : `${path}.${step(name)}`, found);
  return found;
}

function step(name: string): string {
  return /^[A-Za-z0-9_$@-]+$/.test(name) ? name : JSON.stringify(name);
}
