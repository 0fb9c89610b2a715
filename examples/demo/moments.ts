import { METRIC } from "@mcp-ops/formats";
import { figuresOf, totalOf } from "./figures/figures.ts";
import type { Look } from "./figures/look.ts";
import type { Moment } from "./screen/frame.ts";

/** The calls of the last seconds make the rate. */
const RATE_OVER_MS = 3_000;

/** What is the same at every moment. */
export type Setting = Pick<Moment, "opsUrl" | "forMs" | "auditFolder" | "keepsAudit">;

/** What is known at one moment besides what can be looked at. */
export type Aside = Pick<Moment, "traces" | "verdict">;

/** Makes a moment of each look: with the time since the first one, and the rate of calls. */
export function momentsOf(setting: Setting): (look: Look, aside: Aside) => Moment {
  const startedAt = performance.now();
  const history = [{ at: startedAt, calls: 0 }];
  return ({ samples, ...pages }, aside) => {
    const figures = figuresOf(samples);
    const now = { at: performance.now(), calls: totalOf(figures).calls };
    history.push(now);
    while (history.length > 2 && now.at - history[1]!.at > RATE_OVER_MS) history.shift();
    const then = history[0]!;
    const callsPerSecond = ((now.calls - then.calls) / Math.max(1, now.at - then.at)) * 1000;
    const auditRecords = samples.find(({ name }) => name === METRIC.auditRecords)?.value ?? 0;
    const elapsedMs = now.at - startedAt;
    return { ...setting, ...aside, ...pages, figures, elapsedMs, callsPerSecond, auditRecords };
  };
}
