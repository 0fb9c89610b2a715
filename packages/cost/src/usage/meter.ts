import { type Forest, type Growth, grow, remembered } from "./forest.ts";
import { elapsedMs } from "./moment.ts";
import type { GroupReading, Moment, OwnerReading, ProcessReading, Reading } from "./reading.ts";

/** Beyond so many sampling periods between two looks, nobody knows what memory was in between. */
export const MAX_GAP_PERIODS = 4;

/** What one owner took between two looks. */
export interface Interval {
  readonly server: string;
  /** On the wall. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly cpuUs: number;
  /** Part of `cpuUs` that is an estimate from shares. */
  readonly sampledCpuUs: number;
  readonly memoryByteMs: bigint;
  /** Largest working set seen at either end. */
  readonly memoryBytes: number | undefined;
  readonly measuredMs: number;
  readonly gapMs: number;
  readonly gapByteMs: bigint;
  readonly unseenMs: number;
  readonly storageByteMs: bigint;
  readonly receivedBytes: number | undefined;
  readonly sentBytes: number | undefined;
  readonly readBytes: number | undefined;
  readonly writtenBytes: number | undefined;
}

interface OwnerState extends Omit<OwnerReading, "owner" | "root"> {
  /** It has been seen: its first process lived. */
  readonly wasSeen: boolean;
}

/** What is remembered between two looks; plain data, kept with the ledger. */
export interface MeterState extends Moment {
  /** The first look of all: what is older has taken things of which the ledger cannot know when. */
  readonly since: Moment;
  readonly owners: Readonly<Record<string, OwnerState>>;
  readonly processes: Forest;
}

export interface MeterOptions {
  readonly periodMs: number;
}

export interface MeterStep {
  readonly state: MeterState;
  readonly intervals: readonly Interval[];
}

/**
 * What was taken since the last look, and what the next look needs. CPU time, disk and network are differences of counters, so neither the
 * period nor missed looks change their sum; a counter that went back, or belongs to another process or boot, begins at zero.
 * Memory and storage are sampled: the trapezoid between two looks, or a gap, if they lie too far apart.
 */
export function step(last: MeterState | undefined, reading: Reading, { periodMs }: MeterOptions): MeterStep {
  const { wallMs, timer, timerMs } = reading;
  const now: Moment = { wallMs, timer, timerMs };
  const state: MeterState = {
    ...now,
    since: last?.since ?? now,
    owners: Object.fromEntries(reading.owners.map((owner) => [owner.owner, ownerState(owner)])),
    processes: processesAfter(last, reading),
  };
  if (last === undefined) return { state, intervals: [] };
  const look: Look = { last, now, maxGapMs: MAX_GAP_PERIODS * periodMs };
  const forest = last.timer === timer ? last.processes : {};
  const growths = grow(forest, reading.processes, (process) => isNew(process, look));
  const roots = new Map(reading.processes.map((process) => [process.key, process]));
  const present = reading.owners.map((owner) =>
    intervalOf(owner, roots.get(owner.root ?? ""), growths.get(owner.owner), look),
  );
  const gone = Object.entries(last.owners)
    .filter(([owner, { wasSeen }]) => wasSeen && !(owner in state.owners))
    .map(([, { server }]) => unseen(server, look));
  return { state, intervals: [...present, ...gone].filter((interval) => interval !== undefined) };
}

interface Look {
  readonly last: MeterState;
  readonly now: Moment;
  readonly maxGapMs: number;
}

/** It began after the ledger did, so all it took is to be booked. */
function isNew({ startedMs }: ProcessReading, { last, now }: Look): boolean {
  return last.since.timer !== now.timer || startedMs >= last.since.timerMs;
}

function ownerState({ owner: _, root, ...seen }: OwnerReading): OwnerState {
  return { ...seen, wasSeen: root !== undefined || seen.group !== undefined };
}

/** A process whose owner is not there now is kept as it was booked: if the owner comes back, it goes on from there. */
function processesAfter(last: MeterState | undefined, reading: Reading): Forest {
  const present = new Set(reading.owners.map(({ owner }) => owner));
  const now = remembered(reading.processes);
  const before = last?.timer === reading.timer ? last.processes : {};
  const kept = Object.entries(now).map(([key, state]) => [
    key,
    present.has(state.owner) ? state : (before[key] ?? state),
  ]);
  return Object.fromEntries(kept);
}

function intervalOf(
  owner: OwnerReading,
  root: ProcessReading | undefined,
  growth: Growth | undefined,
  look: Look,
): Interval | undefined {
  const before = look.last.owners[owner.owner];
  if (root === undefined && owner.group === undefined) return rootless(owner, before, growth, look);
  const isFirst = before === undefined && !(root !== undefined && root.key in look.last.processes);
  const ms = isFirst ? ageMs(root, look) : elapsedMs(look.last, look.now);
  const from = before ?? (isFirst ? NEWBORN : {});
  // The first look at a group knows no difference; the processes in it do.
  const cpu = grown(from.group, owner.group, "cpuUs") ?? growth?.cpuUs ?? 0;
  const sampledCpuUs = Math.round(((owner.cores ?? 0) + (from.cores ?? 0)) * 500 * known(ms, look));
  const disk = owner.group === undefined ? growth : diskOf(from.group, owner.group);
  return {
    ...NOTHING_TAKEN,
    server: owner.server,
    fromMs: look.now.wallMs - ms,
    toMs: look.now.wallMs,
    cpuUs: cpu + sampledCpuUs,
    sampledCpuUs,
    ...memory(from.memoryBytes, owner.memoryBytes, ms, look),
    storageByteMs: trapezoid(from.storageBytes ?? 0, owner.storageBytes ?? 0, known(ms, look)),
    unseenMs: (growth?.unseen ?? 0) > 0 ? ms : 0,
    receivedBytes: grown(from.network, owner.network, "receivedBytes"),
    sentBytes: grown(from.network, owner.network, "sentBytes"),
    readBytes: disk?.readBytes,
    writtenBytes: disk?.writtenBytes,
  };
}

/** Its first process has ended; what that one left behind may still live. */
function rootless(
  { server }: OwnerReading,
  before: OwnerState | undefined,
  growth: Growth | undefined,
  look: Look,
): Interval | undefined {
  const cpuUs = growth?.cpuUs ?? 0;
  if (before?.wasSeen !== true && cpuUs === 0) return undefined;
  const interval = unseen(server, look);
  return { ...interval, cpuUs, unseenMs: before?.wasSeen === true ? interval.unseenMs : 0 };
}

/** A process begins with nothing. */
const NEWBORN: Partial<OwnerState> = { memoryBytes: 0, storageBytes: 0, cores: 0 };

/** How old a server is that was not there at the last look; one that is older than the ledger begins now. */
function ageMs(root: ProcessReading | undefined, look: Look): number {
  if (root === undefined || !isNew(root, look)) return 0;
  return Math.max(0, look.now.timerMs - root.startedMs);
}

/** Nothing is interpolated over a gap. */
function known(ms: number, { maxGapMs }: Look): number {
  return ms > maxGapMs ? 0 : ms;
}

function memory(before: number | undefined, now: number | undefined, ms: number, look: Look): Partial<Interval> {
  const memoryBytes = now === undefined ? before : Math.max(now, known(ms, look) === 0 ? 0 : (before ?? 0));
  if (before === undefined || now === undefined || known(ms, look) === 0) {
    return { memoryBytes, gapMs: ms, gapByteMs: BigInt(Math.max(before ?? 0, now ?? 0)) * BigInt(ms) };
  }
  return { memoryBytes, measuredMs: ms, memoryByteMs: trapezoid(before, now, ms) };
}

function trapezoid(before: number, now: number, ms: number): bigint {
  return ((BigInt(before) + BigInt(now)) * BigInt(ms)) / 2n;
}

/**
 * How much a counter grew. One that went back counts from zero, and so does one that took the place of another; of one that nobody has seen
 * before nothing is known.
 */
function grown<Key extends string>(
  before: ({ readonly key: string } & { readonly [K in Key]?: number | undefined }) | undefined,
  now: ({ readonly key: string } & { readonly [K in Key]?: number | undefined }) | undefined,
  field: Key,
): number | undefined {
  const to = now?.[field];
  if (before === undefined || now === undefined || to === undefined) return undefined;
  const from = before.key === now.key ? (before[field] ?? to) : 0;
  return to >= from ? to - from : to;
}

function diskOf(before: GroupReading | undefined, now: GroupReading): Pick<Growth, "readBytes" | "writtenBytes"> {
  return { readBytes: grown(before, now, "readBytes"), writtenBytes: grown(before, now, "writtenBytes") };
}

/** It ended, nobody knows when since the last look. */
function unseen(server: string, { last, now }: Look): Interval {
  const unseenMs = elapsedMs(last, now);
  return { ...NOTHING_TAKEN, server, fromMs: now.wallMs - unseenMs, toMs: now.wallMs, unseenMs };
}

/** An interval in which nothing was seen. */
export const NOTHING_TAKEN: Omit<Interval, "server" | "fromMs" | "toMs"> = {
  cpuUs: 0,
  sampledCpuUs: 0,
  memoryByteMs: 0n,
  memoryBytes: undefined,
  measuredMs: 0,
  gapMs: 0,
  gapByteMs: 0n,
  unseenMs: 0,
  storageByteMs: 0n,
  receivedBytes: undefined,
  sentBytes: undefined,
  readBytes: undefined,
  writtenBytes: undefined,
};
