import type { RuleContext } from "./context.ts";

/** A series that was not there for so long is a new one, and no target that was not reached for a while. */
const UNSEEN_SECONDS = 3_600;

/**
 * How often something happened within a window, for alerts to which a single time matters. A labelled counter appears with its first event,
 * at 1, which `increase` does not see: a series that is new counts from 0.
 */
export function counted({ over }: Pick<RuleContext, "over">, selector: string, windowSeconds: number): string {
  const window = over(windowSeconds);
  const before = `last_over_time(${selector}[${over(UNSEEN_SECONDS)}] offset ${window})`;
  return `((${selector} unless ${before}) or increase(${selector}[${window}]))`;
}
