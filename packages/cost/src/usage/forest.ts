import type { ProcessReading } from "./reading.ts";

/** What is remembered of a process between two looks. */
interface ProcessState {
  readonly owner: string;
  readonly parent?: string | undefined;
  readonly cpuUs: number;
  readonly endedCpuUs: number;
  readonly readBytes?: number | undefined;
  readonly writtenBytes?: number | undefined;
}

export type Forest = Readonly<Record<string, ProcessState>>;

/** What an owner's processes took since the last look. */
export interface Growth {
  readonly cpuUs: number;
  readonly readBytes: number | undefined;
  readonly writtenBytes: number | undefined;
  /** Processes that ended with nobody to tell what they took after the last look. */
  readonly unseen: number;
}

type Owned = ProcessReading & { readonly owner: string };

/**
 * What each owner's processes took. A child that ended has left its times to its parent, whose counter then holds what was booked
 * for the child already: that is taken off, so that nothing counts twice. Where a parent does not wait for its children the kernel forgets them,
 * and then nothing is taken off the parent's own time.
 *
 * @param isNew whether a process that was not there before began after the ledger: then all it took counts
 */
export function grow(
  forest: Forest,
  processes: readonly Owned[],
  isNew: (process: ProcessReading) => boolean,
): ReadonlyMap<string, Growth> {
  const living = new Set(processes.map(({ key }) => key));
  const heirs = heirsOf(forest, living);
  const growths = new Map<string, Growth>();
  const add = (owner: string, more: Growth) => growths.set(owner, sum(growths.get(owner), more));
  for (const process of processes) add(process.owner, growthOf(process, forest, heirs.get(process.key), isNew));
  for (const { owner } of heirs.get(undefined)?.roots ?? []) add(owner, { ...NOTHING, unseen: 1 });
  return growths;
}

/** What the next look needs. */
export function remembered(processes: readonly Owned[]): Forest {
  const rows = processes.map(({ key, startedMs: _, ...state }) => [key, state satisfies ProcessState] as const);
  return Object.fromEntries(rows);
}

const NOTHING: Growth = { cpuUs: 0, readBytes: undefined, writtenBytes: undefined, unseen: 0 };

/** Those that ended since, by the nearest forebear that lives; `undefined` for those without. */
interface Ended {
  readonly all: ProcessState[];
  /** Those whose parent is the heir itself, or is not known. */
  readonly roots: ProcessState[];
}

function heirsOf(forest: Forest, living: ReadonlySet<string>): ReadonlyMap<string | undefined, Ended> {
  const heirs = new Map<string | undefined, Ended>();
  for (const [key, state] of Object.entries(forest)) {
    if (living.has(key)) continue;
    let heir = state.parent;
    while (heir !== undefined && !living.has(heir)) heir = forest[heir]?.parent;
    const ended = heirs.get(heir) ?? { all: [], roots: [] };
    ended.all.push(state);
    if (state.parent === undefined || state.parent === heir || forest[state.parent] === undefined)
      ended.roots.push(state);
    heirs.set(heir, ended);
  }
  return heirs;
}

function growthOf(
  process: Owned,
  forest: Forest,
  ended: Ended | undefined,
  isNew: (process: ProcessReading) => boolean,
): Growth {
  const before = forest[process.key] ?? (isNew(process) ? { ...ZERO, owner: process.owner } : undefined);
  if (before === undefined) return NOTHING;
  const booked = (value: (state: ProcessState) => number) =>
    (ended?.all ?? []).reduce((total, state) => total + value(state), 0);
  const own = process.cpuUs - before.cpuUs;
  const inherited = process.endedCpuUs - before.endedCpuUs - booked(({ cpuUs, endedCpuUs }) => cpuUs + endedCpuUs);
  return {
    cpuUs: Math.max(0, own) + Math.max(0, inherited),
    readBytes: bytes(
      process.readBytes,
      before.readBytes,
      booked(({ readBytes = 0 }) => readBytes),
    ),
    writtenBytes: bytes(
      process.writtenBytes,
      before.writtenBytes,
      booked(({ writtenBytes = 0 }) => writtenBytes),
    ),
    unseen: 0,
  };
}

const ZERO = { cpuUs: 0, endedCpuUs: 0, readBytes: 0, writtenBytes: 0 };

function bytes(now: number | undefined, before: number | undefined, booked: number): number | undefined {
  return now === undefined || before === undefined ? undefined : Math.max(0, now - before - booked);
}

function sum(a: Growth = NOTHING, b: Growth): Growth {
  return {
    cpuUs: a.cpuUs + b.cpuUs,
    readBytes: plus(a.readBytes, b.readBytes),
    writtenBytes: plus(a.writtenBytes, b.writtenBytes),
    unseen: a.unseen + b.unseen,
  };
}

/** Unknown only where nothing is known. */
function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a + b;
}
