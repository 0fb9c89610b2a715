import type { Open, Subject, Wrap } from "./subjects.ts";

/** One way to run a subject; `bare` twice gives the noise floor. */
export interface Variant {
  readonly name: string;
  readonly wrap: Wrap;
}

/** Microseconds per call of each variant, round by round. The rounds of one index ran next to each other. */
export type Rounds = Readonly<Record<string, readonly number[]>>;

export interface Effort {
  readonly rounds: number;
  readonly callsPerRound: number;
}

/** What only one variant runs must be as well optimised as what all run, before anything counts. */
const WARM_UP_CALLS = 5000;

/** Runs all variants in turns, in a new order every round, so that what else the machine does falls on all alike. */
export async function measure(open: Open, variants: readonly Variant[], effort: Effort): Promise<Rounds> {
  const subjects = new Map<string, Subject>();
  for (const { name, wrap } of variants) subjects.set(name, await open(wrap));
  const rounds: Record<string, number[]> = Object.fromEntries(variants.map(({ name }) => [name, []]));
  const warmUp = Math.ceil(WARM_UP_CALLS / effort.callsPerRound);
  for (let round = -warmUp; round < effort.rounds; round++) {
    for (const [name, subject] of shuffled([...subjects])) {
      const microseconds = await timePerCall(subject, effort.callsPerRound);
      if (round >= 0) rounds[name]?.push(microseconds);
    }
  }
  for (const subject of subjects.values()) await subject.close();
  return rounds;
}

async function timePerCall(subject: Subject, calls: number): Promise<number> {
  const startedAt = performance.now();
  for (let call = 0; call < calls; call++) await subject.call();
  return ((performance.now() - startedAt) * 1000) / calls;
}

function shuffled<T>(items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}
