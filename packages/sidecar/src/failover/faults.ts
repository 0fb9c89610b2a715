import { type Log, messageOf } from "../log.ts";

/** While the same goes wrong again and again it is said so often. */
const AGAIN_MS = 60_000;
/** More than there are kinds of faults. */
const MAX_KINDS = 50;

/** What went wrong in an election: said in the log once, and again after a minute; and remembered for who asks why the store is silent. */
export class Faults {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #saidAt = new Map<string, number>();
  /** The newest. */
  last: string = "";

  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  add(error: unknown): void {
    this.last = messageOf(error);
    const { code } = error as { code?: unknown };
    // Messages of one kind differ by times that count down, say.
    const kind = typeof code === "string" ? code : this.last;
    const saidAt = this.#saidAt.get(kind);
    if (saidAt !== undefined && this.#now() - saidAt < AGAIN_MS) return;
    if (this.#saidAt.size >= MAX_KINDS) this.#saidAt.clear();
    this.#saidAt.set(kind, this.#now());
    this.#log("warn", `The election: ${this.last}`);
  }
}
