import type { DatabaseSync } from "node:sqlite";

/** A switchover that is to happen at a time. */
export interface Scheduled {
  readonly at: string;
  readonly leader: string;
  readonly candidate?: string | undefined;
  readonly by: string;
  readonly requestId: string;
}

/** Beyond this a timer fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Who meant three o'clock did not mean four: what a restart kept from happening in time does not happen. */
const MAX_LATE_MS = 30_000;

/** One switchover at most, kept over restarts. */
export class Schedule implements Disposable {
  readonly #state: DatabaseSync;
  readonly #run: (scheduled: Scheduled) => void;
  readonly #missed: (scheduled: Scheduled) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(state: DatabaseSync, run: (scheduled: Scheduled) => void, missed: (scheduled: Scheduled) => void) {
    this.#state = state;
    this.#run = run;
    this.#missed = missed;
  }

  /** Waits for what was planned before a restart. */
  open(): void {
    this.#arm();
  }

  get planned(): Scheduled | undefined {
    const row = this.#state.prepare("SELECT request FROM failover_schedule").get();
    return row === undefined ? undefined : (JSON.parse(String(row.request)) as Scheduled);
  }

  /** False when there is one already. */
  set(scheduled: Scheduled): boolean {
    if (this.planned !== undefined) return false;
    this.#state.prepare("INSERT INTO failover_schedule (only, request) VALUES (1, ?)").run(JSON.stringify(scheduled));
    this.#arm();
    return true;
  }

  /** The one there was. */
  clear(): Scheduled | undefined {
    const before = this.planned;
    clearTimeout(this.#timer);
    this.#state.exec("DELETE FROM failover_schedule");
    return before;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const { planned } = this;
    if (planned === undefined) return;
    const inMs = Date.parse(planned.at) - Date.now();
    if (inMs > 0) {
      this.#timer = setTimeout(() => this.#arm(), Math.min(inMs, MAX_TIMER_MS));
      return;
    }
    this.clear();
    if (inMs < -MAX_LATE_MS) this.#missed(planned);
    else this.#run(planned);
  }
}
