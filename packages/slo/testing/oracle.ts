import type { Minute } from "../src/calendar.ts";
import type { ProbeMinute, Totals } from "../src/evaluate/minutes.ts";
import type { Call } from "./traffic.ts";

/** What the tests of arithmetic are about: the usual objectives for `shop`. */
export interface Asked {
  readonly kind: "availability" | "latency" | "errors";
  readonly target: string | undefined;
  readonly thresholdUs: number;
  readonly whenAbsent: "down" | "ignored";
}

/** Good and bad events of the minutes from `from` on and before `to`, told call by call and minute by minute as docs/slo.md has it. */
export function bruteForce(
  asked: Asked,
  all: readonly Call[],
  probed: readonly ProbeMinute[],
  from: Minute,
  to: Minute,
): Totals {
  const mine = all.filter(({ server, target, minute }) => {
    const isTarget = asked.target === undefined ? target !== "" : target === asked.target;
    return server === "shop" && isTarget && minute >= from && minute < to;
  });
  if (asked.kind !== "availability") return count(mine.map((call) => verdict(asked, call)));
  const whole: (boolean | undefined)[] = [];
  const minutes = new Set(
    [...mine, ...probed].map(({ minute }) => minute).filter((minute) => minute >= from && minute < to),
  );
  for (const minute of minutes) {
    const ofCalls = count(mine.filter((call) => call.minute === minute).map((call) => verdict(asked, call)));
    whole.push(majority(ofCalls) ?? majority(probesIn(asked, probed, minute)));
  }
  return count(whole);
}

function verdict({ kind, thresholdUs }: Asked, { status, latencyUs }: Call): boolean | undefined {
  const isAnswer = status === "success" || status === "input_required";
  if (kind === "availability") {
    if (isAnswer || status === "tool_error") return true;
    return status === "error" || status === "timeout" ? false : undefined;
  }
  if (kind === "errors") {
    if (isAnswer) return true;
    return status === "error" || status === "tool_error" || status === "timeout" || status === "lost"
      ? false
      : undefined;
  }
  const isSlow = latencyUs > thresholdUs;
  if (isAnswer || status === "tool_error") return !isSlow;
  if (status === "timeout") return false;
  if (status === "error" || status === "lost" || status === "cancelled") return isSlow ? false : undefined;
  return undefined;
}

function probesIn({ whenAbsent }: Asked, probed: readonly ProbeMinute[], minute: Minute): Totals {
  const found = probed.find((one) => one.server === "shop" && one.minute === minute);
  if (found === undefined) return { good: 0, bad: 0 };
  return { good: found.answered, bad: found.silent + (whenAbsent === "down" ? found.absent : 0) };
}

function majority({ good, bad }: Totals): boolean | undefined {
  return good + bad === 0 ? undefined : good >= bad;
}

function count(verdicts: readonly (boolean | undefined)[]): Totals {
  return { good: verdicts.filter((one) => one === true).length, bad: verdicts.filter((one) => one === false).length };
}
