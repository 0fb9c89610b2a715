import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Moment } from "./reading.ts";

const OWN_TIMER = randomUUID();

/**
 * Now. On Linux the timer is the time since boot, by which the kernel dates the start of processes, so that a later run of this program goes on
 * with it; elsewhere it is this process's own.
 */
export function thisMoment(proc: string): Moment {
  const wallMs = Date.now();
  try {
    const timer = readFileSync(`${proc}/sys/kernel/random/boot_id`, "utf8").trim();
    const [uptime = ""] = readFileSync(`${proc}/uptime`, "utf8").split(" ");
    return { wallMs, timer, timerMs: Math.round(Number(uptime) * 1000) };
  } catch {
    return { wallMs, timer: OWN_TIMER, timerMs: Math.round(performance.now()) };
  }
}

/** A clock of the wall that was wrong by years must not make years. */
export const MAX_ELAPSED_MS: number = 31 * 24 * 3_600_000;

/** How long from one moment to another; never negative. Between two boots only the wall can tell, and it is believed up to a month. */
export function elapsedMs(from: Moment, to: Moment): number {
  const ms = from.timer === to.timer ? to.timerMs - from.timerMs : Math.min(MAX_ELAPSED_MS, to.wallMs - from.wallMs);
  return Math.max(0, Math.round(ms));
}
