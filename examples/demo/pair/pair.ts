import { setTimeout as pause } from "node:timers/promises";
import { seconds } from "../screen/words.ts";
import type { Step } from "../sidecar/story.ts";
import { until } from "../sidecar/until.ts";
import { Booker } from "./booker.ts";
import { NODES, type NodeName, type PairFiles, TTL_MS } from "./pair-files.ts";
import { PairNode } from "./pair-node.ts";

/** How it went with the pair. */
export type PairTold =
  | { readonly how: "taken over"; readonly times: number; readonly worstMs: number; readonly bookings: number }
  | { readonly how: "not asked" }
  | { readonly how: "called off" }
  | { readonly how: "failed"; readonly why: string };

/** What there is to see of the pair at one moment. */
export interface PairLook {
  readonly now: string;
  /** What has happened so far, oldest first. */
  readonly said: readonly Step[];
}

export interface PairOptions {
  readonly paceMs: number;
  /** Nobody can press a key: it kills the primary once by itself. */
  readonly byItself: boolean;
  readonly calledOff: AbortSignal;
}

/** Kept for the screen; a person may kill all day long. */
const MAX_STEPS = 50;

/** Starts two nodes of which one leads, and a client that books with it. Nobody waits for them: what goes wrong is shown, and told at the end. */
export function startPair(files: PairFiles, options: PairOptions): Pair {
  return new Pair(files, options);
}

export class Pair implements AsyncDisposable {
  readonly #nodes: Readonly<Record<NodeName, PairNode>>;
  readonly #booker: Booker;
  readonly #options: PairOptions;
  readonly #said: Step[] = [];
  readonly #over = new AbortController();
  readonly #told: Promise<PairTold>;
  readonly #booked: Promise<void>;
  #wanted = Promise.withResolvers<void>();
  #isBusy = false;
  #now = "starting two nodes";
  #times = 0;
  #worstMs = 0;

  constructor({ nodes }: PairFiles, options: PairOptions) {
    this.#nodes = { a: new PairNode("a", nodes.a), b: new PairNode("b", nodes.b) };
    this.#booker = new Booker({ a: this.#nodes.a.url, b: this.#nodes.b.url });
    this.#options = options;
    const failing = new AbortController();
    this.#booked = this.#booker.run(AbortSignal.any([this.#over.signal, options.calledOff, failing.signal]));
    // Told at the end.
    this.#booked.catch(() => {});
    this.#told = this.#tell().finally(() => failing.abort());
  }

  /** Kills the primary with `kill -9`, unless that is under way. */
  kill(): void {
    if (!this.#isBusy) this.#wanted.resolve();
  }

  look(): PairLook {
    return { now: this.#now, said: [...this.#said] };
  }

  /** Resolves when nothing is under way any more, with how it went. */
  async told(): Promise<PairTold> {
    if (!this.#options.byItself && !this.#isBusy) this.#over.abort();
    const told = await this.#told;
    this.#over.abort();
    const fault = await this.#booked.then(
      () => undefined,
      (error: Error) => error.message,
    );
    return fault === undefined ? told : { how: "failed", why: fault };
  }

  /** Ends both nodes, in order. */
  async stop(): Promise<void> {
    this.#over.abort();
    await this.told();
    await Promise.all(NODES.map((name) => this.#nodes[name][Symbol.asyncDispose]()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #tell(): Promise<PairTold> {
    const signal = AbortSignal.any([this.#over.signal, this.#options.calledOff]);
    try {
      await this.#begin(signal);
      while (await this.#isWanted(signal)) {
        await this.#takeOver(signal);
        if (this.#options.byItself) break;
      }
    } catch (error) {
      if (!signal.aborted) return this.#fail(error);
    }
    if (this.#times > 0)
      return { how: "taken over", times: this.#times, worstMs: this.#worstMs, bookings: this.#booker.count };
    return { how: this.#options.calledOff.aborted ? "called off" : "not asked" };
  }

  async #begin(signal: AbortSignal): Promise<void> {
    for (const name of NODES) this.#nodes[name].start();
    const leader = await until("a primary", signal, () => this.#leader());
    const other = otherThan(leader);
    await until("a standby", signal, () => yes(this.#nodes[other].says("/standby")));
    await until("a booking", signal, () => this.#booker.last);
    this.#say({ text: `${leader} leads, and books; ${other} stands by, and refuses` });
    this.#calm(leader, other);
  }

  async #takeOver(signal: AbortSignal): Promise<void> {
    this.#isBusy = true;
    const leader = this.#booker.last?.node as NodeName;
    const other = otherThan(leader);
    this.#booker.longestMs();
    await this.#nodes[leader].kill();
    this.#say({ text: `kill -9: ${leader} is gone, its server and its sidecar` });
    this.#now = `${leader} is gone, and its lease runs out`;
    const first = await until("a booking with the standby", signal, () => this.#bookedWith(other));
    const gapMs = this.#booker.longestMs();
    this.#times++;
    this.#worstMs = Math.max(this.#worstMs, gapMs);
    const measured = `nobody booked for ${seconds(gapMs / 1000)} (a lease lasts ${seconds(TTL_MS / 1000)})`;
    this.#say({ text: `${other} leads with token ${first.token}: ${measured}`, style: "green" });
    this.#nodes[leader].start();
    this.#now = `${other} leads, and ${leader} is started again`;
    await until(`${leader} as a standby`, signal, () => yes(this.#nodes[leader].says("/standby")));
    // A machine that is busy enough may cost it the lease for a moment.
    await until(`${other} as the primary`, signal, () => yes(this.#nodes[other].says("/primary")));
    this.#say({ text: `${leader} is back, and stands by: it does not take the lead again by itself`, style: "green" });
    this.#calm(other, leader);
    this.#isBusy = false;
  }

  async #isWanted(signal: AbortSignal): Promise<boolean> {
    const { byItself, paceMs } = this.#options;
    if (byItself) {
      await pause(paceMs, undefined, { signal });
      return true;
    }
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await Promise.race([this.#wanted.promise, aborted]);
    this.#wanted = Promise.withResolvers();
    return !signal.aborted;
  }

  async #leader(): Promise<NodeName | undefined> {
    for (const name of NODES) if (await this.#nodes[name].says("/primary")) return name;
    return undefined;
  }

  #bookedWith(node: NodeName) {
    const { last } = this.#booker;
    return last?.node === node ? last : undefined;
  }

  #calm(leader: NodeName, other: NodeName): void {
    this.#now = `${leader} leads, ${other} stands by${this.#options.byItself ? "" : `   k kills ${leader}`}`;
  }

  #say(step: Step): void {
    this.#said.push(step);
    if (this.#said.length > MAX_STEPS) this.#said.shift();
  }

  #fail(error: unknown): PairTold {
    const why = error instanceof Error ? error.message : String(error);
    this.#say({ text: `FAILED: ${why}`, style: "red" });
    this.#now = "failed";
    return { how: "failed", why };
  }
}

function otherThan(node: NodeName): NodeName {
  return node === "a" ? "b" : "a";
}

async function yes(asked: Promise<boolean>): Promise<true | undefined> {
  return (await asked) || undefined;
}
