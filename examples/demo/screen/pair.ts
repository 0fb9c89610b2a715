import type { PairLook, PairTold } from "../pair/pair.ts";
import { TTL_MS } from "../pair/pair-files.ts";
import { storyLines } from "./sidecar.ts";
import type { Summary } from "./summary.ts";
import { fit, type Paint, seconds } from "./words.ts";

const LABEL = "failover ";
/** How it began, and one failover; a person may have one all day long. */
const LAST_STEPS = 4;

/** Who leads, and where there is room what happened last. */
export function pairLines({ now, said }: PairLook, columns: number, isRoomy: boolean, paint: Paint): readonly string[] {
  const steps = isRoomy ? said.slice(-LAST_STEPS) : [];
  return [fit(`${LABEL}${now}`, columns), ...storyLines(steps, columns, paint, " ".repeat(LABEL.length))];
}

/** Each step, for a log. */
export function pairLog(said: PairLook["said"], columns: number, paint: Paint): readonly string[] {
  return storyLines(said, columns, paint, LABEL);
}

/** Whether the standby took over, and the old primary came back as one. */
export function pairSummary(told: PairTold, paint: Paint): Summary {
  if (told.how === "not asked")
    return { agrees: true, lines: ["not shown: nobody pressed k, so no primary was killed."] };
  if (told.how === "called off") {
    return { agrees: true, lines: ["not shown: the demo was ended before a primary was killed."] };
  }
  if (told.how === "failed") return { agrees: false, lines: [`${paint("red", "failed")}: the failover: ${told.why}`] };
  const { times, worstMs, bookings } = told;
  const often = times === 1 ? "once" : `${times} times`;
  const measured = `nobody booked for ${seconds(worstMs / 1000)}${times === 1 ? "" : " at most"}, with a lease of ${seconds(TTL_MS / 1000)}`;
  return {
    agrees: true,
    lines: [
      `${paint("green", "taken over")}: the primary was killed ${often}; ${measured}.`,
      `  ${bookings} bookings, and no token went back.`,
    ],
  };
}
