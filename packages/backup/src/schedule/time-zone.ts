import { backupError } from "../errors.ts";

const MINUTE_MS = 60_000;

/** Turns moments into what the clocks of a time zone show, and back. What they show is written as if it were UTC, in milliseconds. */
export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat | undefined;

  /** @throws OpsError `BACKUP_SCHEDULE_INVALID` for a zone that this machine does not know. */
  constructor(name: string) {
    this.name = name;
    this.#format = name === "UTC" ? undefined : formatOf(name);
  }

  /** What the clocks show, to the second. */
  shown(at: number): number {
    if (this.#format === undefined) return at;
    const part: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(at)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }

  /** The first moment at which they show this. Where they jump over it, as long after the jump as it lies after its beginning. */
  moment(shown: number): number {
    const before = this.#offset(shown - DAY_MS);
    const after = this.#offset(shown + DAY_MS);
    const [early, late] = [shown - Math.max(before, after), shown - Math.min(before, after)];
    if (this.#shows(early, shown)) return early;
    if (this.#shows(late, shown)) return late;
    return shown - before;
  }

  #shows(at: number, shown: number): boolean {
    return this.shown(at) === Math.floor(shown / 1_000) * 1_000;
  }

  #offset(at: number): number {
    return Math.round((this.shown(at) - at) / MINUTE_MS) * MINUTE_MS;
  }
}

/** No zone changes its clocks twice within two days. */
const DAY_MS = 24 * 60 * MINUTE_MS;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const field = "numeric";
  const fields = { year: field, month: field, day: field, hour: field, minute: field, second: field } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { ...fields, timeZone, hourCycle: "h23", calendar: "iso8601" });
  } catch (cause) {
    throw backupError(
      "BACKUP_SCHEDULE_INVALID",
      `There is no time zone ${JSON.stringify(timeZone)}. Use a name such as Europe/Vienna, or leave it out for UTC.`,
      cause,
    );
  }
}
