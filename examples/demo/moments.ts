import type { Sample } from "./figures/exposition.ts";
import { figuresOf, totalOf } from "./figures/figures.ts";
import type { Moment } from "./screen/frame.ts";

/** The calls of the last seconds make the rate. */
const RATE_OVER_MS = 3_000;

/** Makes a moment of each scrape: with the time since the first one, and the rate of calls. */
export function momentsOf(metricsUrl: string, forMs: number | undefined): (samples: readonly Sample[]) => Moment {
  const startedAt = performance.now();
  const history = [{ at: startedAt, calls: 0 }];
  return (samples) => {
    const figures = figuresOf(samples);
    const now = { at: performance.now(), calls: totalOf(figures).calls };
    history.push(now);
    while (history.length > 2 && now.at - history[1]!.at > RATE_OVER_MS) history.shift();
    const then = history[0]!;
    const callsPerSecond = ((now.calls - then.calls) / Math.max(1, now.at - then.at)) * 1000;
    return { figures, elapsedMs: now.at - startedAt, forMs, callsPerSecond, metricsUrl };
  };
}
