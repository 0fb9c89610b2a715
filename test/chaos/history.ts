import { appendFileSync } from "node:fs";

/** What happened in a run, at a time of the machine's CLOCK_MONOTONIC in milliseconds: one clock for all processes of one machine. */
export type Happening = { readonly at: number } & (
  | Believed
  /** A process that asks the agent of a node has stopped believing that it leads. */
  | { readonly what: "ended"; readonly node: string; readonly token: string }
  /** The store gave a lease, as the agent's own record says; its time is that of reading the record. */
  | { readonly what: "granted"; readonly node: string; readonly token: string }
  /** The agent distrusts its clocks, as its record says. */
  | { readonly what: "tilted"; readonly node: string }
  /** The sink did a write; in the order in which it did them. */
  | { readonly what: "accepted"; readonly node: string; readonly token: string }
  | { readonly what: "refused"; readonly node: string; readonly status: number }
  /** A call that changes something has passed the gate, with this token; when its client began it. */
  | { readonly what: "called"; readonly node: string; readonly token: string; readonly begun: number }
  /** What the client heard of one call. */
  | { readonly what: "answered"; readonly node: string; readonly how: "done" | "refused" | "failed" }
  /** Pages of the agent for load balancers. */
  | { readonly what: "page"; readonly node: string; readonly page: "primary" | "standby" | "neither" }
  /** Whom a standby knows to lead: null when it has not heard of anybody from the store since it led itself, or its agent is silent. */
  | { readonly what: "knows"; readonly node: string; readonly primary: string | null }
  /** The machine had no time for this run for so long, just before. */
  | { readonly what: "stalled"; readonly ms: number }
  | { readonly what: "round"; readonly round: number; readonly seed: number }
  | { readonly what: "fault"; readonly fault: string; readonly holder: string }
  | { readonly what: "healed"; readonly fault: string }
  | Expectation
);

/** Whoever asks the agent of a node believes that it leads, until this time and no longer. Said again at each renewal. */
interface Believed {
  readonly what: "believed";
  readonly node: string;
  readonly token: string;
  readonly until: number;
}

/** From now on within this time: somebody leads, or somebody with a larger token than `token`; or nobody at all for so long after `afterMs`. */
export interface Expectation {
  readonly what: "expected";
  readonly because: string;
  readonly leader: "any" | "new" | "none";
  readonly token?: string;
  readonly afterMs?: number;
  readonly withinMs: number;
}

/** Monotonic milliseconds, the same in every process of this machine. */
function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** All that happened, and on the disk as it happens: a run that ends badly has its story, too. */
export class History {
  readonly file: string;
  readonly happenings: Happening[] = [];
  readonly #listeners = new Set<() => void>();

  constructor(file: string) {
    this.file = file;
  }

  /** With a time of its own where it happened in another process. */
  add(happening: WithoutTime<Happening>): void {
    const timed = { at: monotonic(), ...happening } as Happening;
    this.happenings.push(timed);
    appendFileSync(this.file, `${JSON.stringify(timed)}\n`);
    for (const listener of this.#listeners) listener();
  }

  /** True as soon as the condition holds, false when it does not within the time. */
  until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = () => condition() && resolve(true);
    this.#listeners.add(look);
    const timer = setTimeout(resolve, withinMs, false);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#listeners.delete(look);
    });
  }
}

export type WithoutTime<T> = T extends unknown ? Omit<T, "at"> : never;
