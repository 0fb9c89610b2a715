import { eventsText } from "./promql/events.ts";
import { type Thresholds, thresholds } from "./thresholds/thresholds.ts";

export interface RuleOptions {
  /** Thresholds that are not the defaults. */
  readonly set?: Partial<Thresholds>;
  /** Labels that tell one installation from another, kept in every sum. Default: `job`. */
  readonly keep?: readonly string[];
  /** Everything happens so many times sooner, to try where alerts go. Default: 1. */
  readonly drill?: number;
}

/** What the rules of a concern are made from. */
export interface RuleContext {
  readonly limit: Thresholds;
  /** `by (job, server)` for `by("server")`. */
  by(...labels: readonly string[]): string;
  /** The same for `on (…)`. */
  on(...labels: readonly string[]): string;
  /** A duration as PromQL spells it. */
  over(seconds: number): string;
  /** How often a counter counted in so many seconds, for where one event or few matter. */
  events(selector: string, seconds: number): string;
}

export function ruleContext({ set = {}, keep = ["job"], drill = 1 }: RuleOptions = {}): RuleContext {
  const list = (labels: readonly string[]) => `(${[...keep, ...labels].join(", ")})`;
  const over = (seconds: number) => durationText(seconds / drill);
  return {
    limit: thresholds(set),
    by: (...labels) => `by ${list(labels)}`,
    on: (...labels) => `on ${list(labels)}`,
    over,
    events: (selector, seconds) => eventsText(selector, seconds, over),
  };
}

/** Shorter than this, a window at a scrape each second has no two samples. */
const MIN_SECONDS = 4;
const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
] as const;

/** `5m` for 300, in the largest unit that is whole. */
export function durationText(seconds: number): string {
  const whole = Math.max(MIN_SECONDS, Math.round(seconds));
  const [unit, size] = UNITS.find(([, size]) => whole % size === 0) ?? (["s", 1] as const);
  return `${whole / size}${unit}`;
}
