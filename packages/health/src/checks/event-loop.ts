import { monitorEventLoopDelay } from "node:perf_hooks";
import { type Check, type CheckOptions, check } from "../check.ts";

export interface EventLoopCheckOptions extends CheckOptions {
  /** How late timers may be, at the 99th percentile since the last run. */
  readonly maxLagMs?: number | undefined;
}

/** A server that is late by this much on every hundredth turn keeps its clients waiting. */
export const DEFAULT_MAX_LAG_MS = 200;

const RESOLUTION_MS = 10;

/** Whether the event loop gets round in time. A loop that is blocked altogether shows afterwards; meanwhile `/livez` goes unanswered. */
export function eventLoopCheck(options: EventLoopCheckOptions = {}): Check {
  const { maxLagMs = DEFAULT_MAX_LAG_MS } = options;
  let delays: ReturnType<typeof monitorEventLoopDelay> | undefined;
  return check(options, {
    name: "event-loop",
    async run() {
      if (delays === undefined) {
        delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
        delays.enable();
        return { ok: true, message: "measuring since now" };
      }
      const lagMs = delays.count === 0 ? 0 : Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS);
      delays.reset();
      return { ok: lagMs <= maxLagMs, message: `${lagMs.toFixed(1)} ms late (p99)` };
    },
    close() {
      delays?.disable();
      delays = undefined;
    },
  });
}
