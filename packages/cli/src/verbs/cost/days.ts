import { MAX_COST_DAYS } from "@mcp-ops/formats";
import { type Command, InvalidArgumentError } from "commander";

/** Which days a verb is about. */
export interface DaysFlags {
  readonly days: number;
  readonly to?: string;
}

export function addDaysOptions(verb: Command, days: number): Command {
  return verb
    .option("-d, --days <count>", `how many days, at most ${MAX_COST_DAYS}`, daysCount, days)
    .option("--to <day>", "the last of them, such as 2026-11-21 (default: today)", day);
}

export function daysQuery({ days, to }: DaysFlags): string {
  return `days=${days}${to === undefined ? "" : `&to=${to}`}`;
}

export function day(given: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(given) && new Date(`${given}T00:00Z`).toISOString().startsWith(given);
  if (isDay) return given;
  throw new InvalidArgumentError("Give a day, such as 2026-11-21.");
}

export function daysText(firstDay: string, lastDay: string): string {
  return firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`;
}

function daysCount(given: string): number {
  const count = /^[1-9]\d?$/.test(given) ? Number(given) : 0;
  if (count >= 1 && count <= MAX_COST_DAYS) return count;
  throw new InvalidArgumentError(`Give a number of days, 1 to ${MAX_COST_DAYS}.`);
}
