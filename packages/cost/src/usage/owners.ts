import type { TableRow } from "./process-table.ts";

/**
 * To whom each process belongs: to the nearest root among its forebears and itself; else to whom it belonged before, for a process that was let
 * go by its parents is still its server's cost. That owner may be gone. The others belong to nobody, and are left out.
 *
 * @param roots owners by the key of their first process
 * @param before owners by the key of the process, as of the last look
 */
export function ownersOf(
  table: Iterable<TableRow>,
  roots: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const rows = new Map([...table].map((row) => [row.key, row]));
  const owners = new Map<string, string>();
  for (const key of rows.keys()) {
    const owner = inherited(key, rows, roots) ?? before.get(key);
    if (owner !== undefined) owners.set(key, owner);
  }
  return owners;
}

/** Deeper than any tree of processes; where starts are known to the second only, two could pass for parents of each other. */
const MAX_DEPTH = 1_000;

function inherited(
  key: string,
  rows: ReadonlyMap<string, TableRow>,
  roots: ReadonlyMap<string, string>,
): string | undefined {
  let at: string | undefined = key;
  for (let depth = 0; at !== undefined && depth < MAX_DEPTH; depth++) {
    const owner = roots.get(at);
    if (owner !== undefined) return owner;
    at = rows.get(at)?.parent;
  }
  return undefined;
}
