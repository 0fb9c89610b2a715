import type { Open, Subject } from "./subjects.ts";
import type { Variant } from "./variants.ts";

/** Microseconds per call of each variant, round by round. The rounds of one index ran next to each other. */
export type Rounds = Readonly<Record<string, readonly number[]>>;

export interface Effort {
  readonly rounds: number;
  readonly callsPerRound: number;
  /** Reads the microseconds that are measured. Default: the time of the day. */
  readonly clock?: Clock;
}

type Clock = () => number | Promise<number>;

/** What only one variant runs must be as well optimised as what all run, before anything counts. */
const WARM_UP_CALLS = 5000;

/** Runs all variants in turns, in a new order every round, so that what else the machine does falls on all alike. */
export async function measure(open: Open, variants: readonly Variant[], effort: Effort): Promise<Rounds> {
  const { clock = () => performance.now() * 1000 } = effort;
  const subjects = new Map<string, Subject>();
  const closings: (() => Promise<void>)[] = [];
  for (const variant of variants) {
    const { wrap, close } = await variant.open();
    const subject = await open(wrap);
    subjects.set(variant.name, subject);
    closings.push(() => subject.close().then(close));
  }
  const rounds: Record<string, number[]> = Object.fromEntries(variants.map(({ name }) => [name, []]));
  const warmUp = Math.ceil(WARM_UP_CALLS / effort.callsPerRound);
  for (let round = -warmUp; round < effort.rounds; round++) {
    for (const [name, subject] of shuffled([...subjects])) {
      const microseconds = await timePerCall(subject, effort.callsPerRound, clock);
      if (round >= 0) rounds[name]?.push(microseconds);
    }
  }
  for (const close of closings) await close();
  return rounds;
}

async function timePerCall(subject: Subject, calls: number, clock: Clock): Promise<number> {
  const startedAt = await clock();
  for (let call = 0; call < calls; call++) await subject.call();
  return ((await clock()) - startedAt) / calls;
}

export function shuffled<T>(items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}
