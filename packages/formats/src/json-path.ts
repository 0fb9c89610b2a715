import { OpsError } from "./ops-error.ts";

/** Paths that share their beginnings: what lies below a member, by name; `*` is any member or item. */
export interface PathTree {
  readonly below: Map<string, PathTree>;
  /** A path ends here. */
  ends: boolean;
}

const STEP = /\.?([A-Za-z0-9_$@:-]+)|\.?(\*)|\[(\d+)\]|\[(\*)\]|\['([^']*)'\]|\["([^"]*)"\]/y;

/** Reads `$.arguments.card`, `items[*].ssn`, `['a.b'][0]`. */
export function pathTree(paths: readonly string[]): PathTree {
  const root: PathTree = { below: new Map(), ends: false };
  for (const path of paths) {
    let node = root;
    for (const step of steps(path)) {
      const next: PathTree = node.below.get(step) ?? { below: new Map(), ends: false };
      node.below.set(step, next);
      node = next;
    }
    node.ends = true;
  }
  return root;
}

/** Where the given nodes lead by this name. */
export function follow(nodes: readonly PathTree[], name: string): readonly PathTree[] {
  if (nodes.length === 0) return nodes;
  const found: PathTree[] = [];
  for (const { below } of nodes) {
    const exact = below.get(name);
    const any = below.get("*");
    if (exact !== undefined) found.push(exact);
    if (any !== undefined) found.push(any);
  }
  return found;
}

function steps(path: string): string[] {
  const found: string[] = [];
  let at = path.startsWith("$") ? 1 : 0;
  while (at < path.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(path);
    if (match === null) throw invalid(path, at);
    found.push(match.slice(1).find((part) => part !== undefined) as string);
    at = STEP.lastIndex;
  }
  if (found.length === 0) throw invalid(path, at);
  return found;
}

function invalid(path: string, at: number): OpsError {
  return new OpsError(
    "REDACT_PATH_INVALID",
    `The JSON path ${JSON.stringify(path)} cannot be read at position ${at}. Write it like $.arguments.card, items[*].ssn or ['a.b'].`,
  );
}
