import { withoutSecrets } from "@mcp-ops/formats";
import { messageOf } from "../log.ts";

/** What the last probe found. */
export interface ProbeFinding {
  readonly passing: boolean;
  /** What is wrong, in a few words; empty when nothing is. */
  readonly trouble: string;
}

export interface ProbeTimes {
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** The first so many come quickly: a node that has just started shall soon know how its server is. */
  readonly hurried: number;
}

const HURRIED_MS = 100;
const MAX_CHARS = 200;

/** Probes a server again and again: the next probe begins after the one before has ended or failed by its time. */
export class Prober {
  readonly #probe: (signal: AbortSignal) => Promise<void>;
  readonly #everyMs: number;
  readonly #timeoutMs: number;
  readonly #hurried: number;
  readonly #report: (finding: ProbeFinding) => Promise<void>;
  readonly #stop = new AbortController();
  #last: ProbeFinding | undefined;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    probe: (signal: AbortSignal) => Promise<void>,
    { everyMs, timeoutMs, hurried }: ProbeTimes,
    report: (finding: ProbeFinding) => Promise<void>,
  ) {
    this.#probe = probe;
    this.#everyMs = everyMs;
    this.#hurried = hurried;
    this.#timeoutMs = timeoutMs;
    this.#report = report;
  }

  /** Undefined before the first has ended. */
  get last(): ProbeFinding | undefined {
    return this.#last;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    const found = await this.#once();
    if (this.#stop.signal.aborted) return;
    this.#last = found;
    await this.#report(found);
    if (this.#stop.signal.aborted) return;
    const isHurried = ++this.#count < this.#hurried;
    this.#timer = setTimeout(() => void this.#run(), isHurried ? Math.min(HURRIED_MS, this.#everyMs) : this.#everyMs);
  }

  async #once(): Promise<ProbeFinding> {
    const late = AbortSignal.timeout(this.#timeoutMs);
    const { promise: given, reject } = Promise.withResolvers<never>();
    const signal = AbortSignal.any([late, this.#stop.signal]);
    signal.addEventListener("abort", () => reject(new Error(`it did not answer within ${this.#timeoutMs} ms`)), {
      once: true,
    });
    try {
      await Promise.race([this.#probe(signal), given]);
      return { passing: true, trouble: "" };
    } catch (error) {
      const what = late.aborted ? `it did not answer within ${this.#timeoutMs} ms` : messageOf(error);
      return { passing: false, trouble: withoutSecrets(what).slice(0, MAX_CHARS) };
    }
  }
}
