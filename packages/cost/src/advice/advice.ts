import { MINUTE_MS, type Minute } from "../calendar/zone.ts";

export const ADVICE_KINDS = ["cpu", "memory", "idle-server", "tool-list", "tool-results"] as const;
export type AdviceKind = (typeof ADVICE_KINDS)[number];

/** Something that could cost less, or should cost more, and why we think so. Nobody acts on it but a person. */
export interface Advice {
  readonly kind: AdviceKind;
  readonly server: string;
  /** The tool, where it is about one. */
  readonly target?: string;
  /** `fine`: looked at, and there is nothing to do. */
  readonly state: "advised" | "fine" | "not enough data";
  /** One sentence for a person. */
  readonly text: string;
  /** What it was worked out from, by names with units. */
  readonly evidence: Readonly<Record<string, number>>;
  readonly basis: Basis;
  /** At the prices of now, by 730 hours; below 0 when it costs more. Left out where it cannot be told, as when there is no price. */
  readonly savingMicroUnitsPerMonth?: number;
}

/** What was looked at. */
export interface Basis {
  readonly fromMinute: Minute;
  readonly toMinute: Minute;
  readonly count: number;
  readonly of: "minutes" | "days" | "calls";
}

/** KRR's window (its README), and what it wants to see before it says something (strategies/simple.py). */
export const ADVICE_WINDOW_DAYS = 14;
const MIN_POINTS = 100;
const MIN_SPAN_MINUTES: Minute = 180;

export function isEnough({ count, fromMinute, toMinute }: Basis): boolean {
  return count >= MIN_POINTS && toMinute - fromMinute >= MIN_SPAN_MINUTES;
}

export function tooLittle({ count, of, fromMinute, toMinute }: Basis): string {
  const hours = ((toMinute - fromMinute) * MINUTE_MS) / 3_600_000;
  return `Not enough data: ${count} ${of} of ${hours.toFixed(1)} h, and it takes ${MIN_POINTS} of ${MIN_SPAN_MINUTES / 60} h.`;
}
