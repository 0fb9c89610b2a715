import type { DependencyDetails, DependencyStatus } from "@mcp-ops/formats";
import { type Attempt, attempt } from "./attempt.ts";
import type { Check, Finding } from "./check.ts";
import type { Clock } from "./clock.ts";
import { damp, UNKNOWN } from "./damping.ts";

/** Runs that ignored their end and are still going, per check. While there are this many, none is added. */
export const MAX_ABANDONED = 3;

/** Told after each run of a check. */
export type OnCheck = (dependency: DependencyDetails, before: DependencyStatus) => void;

/** One check on its schedule, and what its last run found. One run at a time; reading never starts one. */
export class WatchedCheck {
  readonly check: Check;
  readonly #clock: Clock;
  readonly #onCheck: OnCheck;
  #damped = UNKNOWN;
  #last: { readonly latencyMs: number; readonly at: number; readonly message: string | undefined } | undefined;
  #changedAt: number | undefined;
  #running: Attempt | undefined;
  #abandoned = 0;
  #cancelNext: (() => void) | undefined;
  #stopped = true;

  constructor(check: Check, clock: Clock, onCheck: OnCheck) {
    this.check = check;
    this.#clock = clock;
    this.#onCheck = onCheck;
  }

  get status(): DependencyStatus {
    return this.#damped.status;
  }

  /** Runs now, and from then on after every interval. */
  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    void this.#run();
  }

  /** Starts nothing more, and ends the run under way. Its finding is not counted. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelNext?.();
    this.#running?.abort();
    this.check.close?.();
  }

  details(): DependencyDetails {
    const { name, criticality, target } = this.check;
    return {
      name,
      status: this.status,
      criticality,
      target,
      latencyMs: this.#last?.latencyMs,
      checkedAt: isoOrNever(this.#last?.at),
      changedAt: isoOrNever(this.#changedAt),
      message: this.#last?.message,
      consecutiveFailures: this.#damped.consecutiveFailures,
    };
  }

  async #run(): Promise<void> {
    const startedAt = this.#clock.monotonic();
    const finding = this.#abandoned < MAX_ABANDONED ? await this.#attempt() : TOO_MANY;
    if (this.#stopped) return;
    this.#note(finding, Math.round((this.#clock.monotonic() - startedAt) * 10) / 10);
    // What listens may have stopped it.
    if (!this.#stopped) this.#cancelNext = this.#clock.after(this.check.intervalMs, () => void this.#run());
  }

  async #attempt(): Promise<Finding> {
    const running = attempt(this.check, this.#clock);
    this.#running = running;
    this.#abandoned++;
    void running.ended.then(() => this.#abandoned--);
    const finding = await running.found;
    this.#running = undefined;
    return finding;
  }

  #note(finding: Finding, latencyMs: number): void {
    const before = this.#damped.status;
    const at = this.#clock.wall();
    this.#damped = damp(this.#damped, finding.ok, this.check);
    this.#last = { latencyMs, at, message: finding.message };
    if (this.#damped.status !== before) this.#changedAt = at;
    try {
      this.#onCheck(this.details(), before);
    } catch {
      // Who listens must not stop the schedule.
    }
  }
}

const TOO_MANY: Finding = {
  ok: false,
  message: `${MAX_ABANDONED} earlier runs have not ended although they were told to; the check should heed its signal`,
};

function isoOrNever(wall: number | undefined): string | undefined {
  return wall === undefined ? undefined : new Date(wall).toISOString();
}
