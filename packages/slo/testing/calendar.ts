import type { Calendar, Minute } from "../src/calendar.ts";

const DAY = 1_440;

/** Days of a zone, found by looking at the clock of one minute after the other: slow, and hard to get wrong. */
export function slowCalendar(name: string): Calendar {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: name,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  const dayOf = (minute: Minute) => format.format(minute * 60_000);
  const starts = new Map<string, Minute>();
  const startOf = (day: string) => {
    const known = starts.get(day);
    if (known !== undefined) return known;
    let minute = Date.parse(`${day}T00:00:00Z`) / 60_000 - DAY;
    while (dayOf(minute) < day) minute += 15;
    starts.set(day, minute);
    return minute;
  };
  return { name, dayOf, startOf };
}

export function minuteOf(iso: string): Minute {
  return Date.parse(iso) / 60_000;
}
