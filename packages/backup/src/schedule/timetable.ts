import { createTask, parse, validateDetailed } from "node-cron";
import { backupError } from "../errors.ts";
import { TimeZone } from "./time-zone.ts";

/** The moments a cron expression names. */
export interface Timetable {
  /** The first one after `at`, in milliseconds since 1970; `undefined` when there is none within eight years. */
  next(at: number): number | undefined;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** The 29th of February can be eight years away. */
const MAX_DAYS = 8 * 366 + 1;

/**
 * Reads a cron expression of five fields. node-cron says what it means; when the next moment comes is worked out here, because its own timers
 * read the machine's clock only.
 *
 * In UTC, the default, nothing is ever skipped. Elsewhere each time that the clocks show is taken once: one they jump over comes right after
 * the jump, and of an hour they show twice only the first counts, so that a run every five minutes pauses there.
 *
 * @throws OpsError `BACKUP_SCHEDULE_INVALID`
 */
export function timetable(expression: string, timeZone: string = "UTC"): Timetable {
  demandExpression(expression);
  const zone = new TimeZone(timeZone);
  const times = timesOfDay(expression);
  const [first = 0] = times;
  const task = createTask(expression, () => {}, { timezone: "UTC" });
  // Which days count does not depend on the time of day, so one time speaks for all of its day.
  const counts = (day: number) => task.match(new Date(day + first));
  return {
    next(at) {
      const today = Math.floor(zone.shown(at) / DAY_MS) * DAY_MS;
      for (let day = today; day < today + MAX_DAYS * DAY_MS; day += DAY_MS) {
        const moment = counts(day) ? firstAfter(at, day, times, zone) : undefined;
        if (moment !== undefined) return moment;
      }
      return undefined;
    },
  };
}

/** Not simply the first in order: what a jump moved may come after what follows it. */
function firstAfter(at: number, day: number, times: readonly number[], zone: TimeZone): number | undefined {
  let found: number | undefined;
  for (const time of times) {
    const moment = zone.moment(day + time);
    if (moment > at && (found === undefined || moment < found)) found = moment;
  }
  return found;
}

function timesOfDay(expression: string): number[] {
  const { hour, minute } = parse(expression);
  return hour.flatMap((h) => minute.map((m) => (h * 60 + m) * MINUTE_MS)).sort((a, b) => a - b);
}

function demandExpression(expression: string): void {
  const { valid, errors } = validateDetailed(expression);
  const fields = expression.trim().split(/\s+/).length;
  if (valid && fields === 5) return;
  const why = valid
    ? `it has ${fields} fields, and a backup needs no seconds`
    : errors.map((one) => one.message).join("; ");
  throw backupError(
    "BACKUP_SCHEDULE_INVALID",
    `The schedule ${JSON.stringify(expression)} cannot be read: ${why}. Write five fields, such as "15 3 * * *" for 03:15 each day.`,
  );
}
