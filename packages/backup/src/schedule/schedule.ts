import { backupError } from "../errors.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { DEFAULT_MAX_RETRY_AFTER_MS, DEFAULT_RETRY_AFTER_MS, dueAt, type RetryDelays } from "./due.ts";
import { type Timetable, timetable } from "./timetable.ts";

export interface ScheduleOptions extends Partial<RetryDelays> {
  /** Five fields, `15 3 * * *`. */
  readonly expression: string;
  /** Default UTC, the one zone in which no time is shown twice or never. */
  readonly timeZone?: string | undefined;
  /** Does the work. Whatever it rejects with is a failure, and is tried again. */
  readonly run: (signal: AbortSignal) => Promise<unknown>;
  /** When a run last ended well, read from disk. What was missed since then is made up for by one run. */
  readonly lastSucceededAt?: number | undefined;
  /** Told of each failure. What it throws is dropped. */
  readonly onFailure?: ((error: unknown, failures: number) => void) | undefined;
  readonly clock?: Clock | undefined;
}

export interface ScheduleStatus {
  /** Milliseconds since 1970, as all times here; `undefined` while it runs, and when the expression names no day that exists. */
  readonly nextAt: number | undefined;
  readonly runningSince: number | undefined;
  readonly lastEndedAt: number | undefined;
  readonly lastSucceededAt: number | undefined;
  /** Failed runs since the last good one. */
  readonly failures: number;
  /** Planned moments that passed while a run was still going. */
  readonly skipped: number;
}

/** The clock is read at least so often, because it may be set, and the machine may sleep. */
export const MAX_SLEEP_MS: number = 60_000;
/** Counted no further: a run that lasted a year must not be followed by a long count. */
const MAX_SKIPPED_PER_RUN = 10_000;

/**
 * Starts to run by the timetable, until disposed.
 *
 * @throws OpsError `BACKUP_SCHEDULE_INVALID`
 */
export function openSchedule(options: ScheduleOptions): Schedule {
  return new Schedule(options, timetable(options.expression, options.timeZone));
}

/** One piece of work at its times: never twice at once, once after downtime, again after a failure. */
export class Schedule implements AsyncDisposable {
  readonly #options: ScheduleOptions;
  readonly #timetable: Timetable;
  readonly #delays: RetryDelays;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #following: Promise<void> | undefined;
  #runningSince: number | undefined;
  #lastEndedAt: number | undefined;
  #lastSucceededAt: number | undefined;
  #failures = 0;
  #skipped = 0;
  #dueAt: number | undefined;
  #lookedAt: number;
  #cancelSleep: (() => void) | undefined;

  constructor(options: ScheduleOptions, times: Timetable) {
    const { clock = SYSTEM_CLOCK, retryAfterMs = DEFAULT_RETRY_AFTER_MS } = options;
    this.#options = options;
    this.#timetable = times;
    this.#clock = clock;
    this.#delays = { retryAfterMs, maxRetryAfterMs: options.maxRetryAfterMs ?? DEFAULT_MAX_RETRY_AFTER_MS };
    this.#lastSucceededAt = options.lastSucceededAt;
    this.#lastEndedAt = options.lastSucceededAt;
    this.#lookedAt = clock.now();
    this.#plan(this.#lookedAt);
    this.#sleep(this.#lookedAt);
  }

  get status(): ScheduleStatus {
    return {
      nextAt: this.#running === undefined ? this.#dueAt : undefined,
      runningSince: this.#runningSince,
      lastEndedAt: this.#lastEndedAt,
      lastSucceededAt: this.#lastSucceededAt,
      failures: this.#failures,
      skipped: this.#skipped,
    };
  }

  /**
   * Runs now. While a run is under way, which may have passed by what has changed since, it runs once more after that, however often it is asked.
   *
   * @throws what the run rejects with; OpsError `BACKUP_ABORTED` once disposed
   */
  async runNow(): Promise<void> {
    if (this.#closing.signal.aborted) {
      throw backupError("BACKUP_ABORTED", "This schedule was closed. Open a new one to run again.");
    }
    if (this.#running === undefined) {
      this.#running = this.#run();
      return this.#running;
    }
    this.#following ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#following = undefined;
        return this.runNow();
      });
    return this.#following;
  }

  /** Starts nothing more, tells the run under way to stop, and waits for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#cancelSleep?.();
    await this.#running?.catch(() => {});
  }

  #plan(now: number): void {
    const history = { lastEndedAt: this.#lastEndedAt, failures: this.#failures };
    this.#dueAt = dueAt(history, this.#timetable, this.#delays, now);
  }

  #sleep(now: number): void {
    if (this.#closing.signal.aborted || this.#dueAt === undefined) return;
    const ms = Math.min(Math.max(this.#dueAt - now, 0), MAX_SLEEP_MS);
    this.#cancelSleep = this.#clock.after(ms, () => this.#look());
  }

  #look(): void {
    const now = this.#clock.now();
    // The clock was set back: what was planned by the wrong time may be years away.
    if (now < this.#lookedAt && this.#running === undefined) this.#plan(now);
    this.#lookedAt = now;
    if (this.#running === undefined && this.#dueAt !== undefined && now >= this.#dueAt)
      void this.runNow().catch(() => {});
    else this.#sleep(now);
  }

  async #run(): Promise<void> {
    this.#cancelSleep?.();
    const startedAt = this.#clock.now();
    this.#runningSince = startedAt;
    try {
      await this.#options.run(this.#closing.signal);
      this.#ended(startedAt, undefined);
    } catch (error) {
      this.#ended(startedAt, { error });
      throw error;
    }
  }

  #ended(startedAt: number, failure: { readonly error: unknown } | undefined): void {
    const now = this.#clock.now();
    this.#running = undefined;
    this.#runningSince = undefined;
    this.#lastEndedAt = now;
    this.#failures = failure === undefined ? 0 : this.#failures + 1;
    if (failure === undefined) this.#lastSucceededAt = now;
    else this.#tell(failure.error);
    this.#skipped += passed(this.#timetable, startedAt, now);
    this.#lookedAt = now;
    this.#plan(now);
    this.#sleep(now);
  }

  #tell(error: unknown): void {
    try {
      this.#options.onFailure?.(error, this.#failures);
    } catch {
      // Who listens must not stop the schedule.
    }
  }
}

function passed(times: Timetable, from: number, to: number): number {
  let count = 0;
  for (let at = times.next(from); at !== undefined && at <= to && count < MAX_SKIPPED_PER_RUN; at = times.next(at))
    count++;
  return count;
}
