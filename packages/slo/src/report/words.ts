/**
 * `99.951 %`: what was reached, with two digits more than was promised, and cut off: nobody is told that a promise was kept by rounding.
 * @param promised as a share, as what was reached
 */
export function percentText(reached: number, promised: number): string {
  const digits = (percentOf(promised).toString().split(".")[1] ?? "").length + 2;
  const scale = 10 ** digits;
  // Binary fractions lie a little beside what they stand for.
  return `${(Math.floor(reached * 100 * scale + 1e-6) / scale).toFixed(digits)} %`;
}

/** `99.9 %` */
export function promiseText(promised: number): string {
  return `${percentOf(promised)} %`;
}

/** An objective has six decimals at most. */
function percentOf(promised: number): number {
  return Number((promised * 100).toFixed(4));
}

export function numberText(count: number): string {
  return count.toLocaleString("en-US");
}

/** `45 min`, `2 h 10 min`, `3 d 4 h` */
export function durationText(minutes: number): string {
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (days > 0) return hours === 0 ? `${days} d` : `${days} d ${hours} h`;
  if (hours > 0) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
  return `${rest} min`;
}

/** `350 ms`, `1.5 s`, `2 min` */
export function thresholdText(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`;
}

export function counted(count: number, noun: string): string {
  return `${numberText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

const MONTHS = "January February March April May June July August September October November December".split(" ");

/** `October 2026` */
export function monthText(month: string): string {
  return `${MONTHS[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;
}

/** Turns moments into what a clock in the zone shows: `2026-10-25 02:30`, with the offset from UTC where that changes within the span. */
export function clockOf(
  timeZone: string,
  span: { readonly from: string; readonly to: string },
): (at: string) => string {
  const fields = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
  const plain = new Intl.DateTimeFormat("sv-SE", { ...fields, timeZone, hourCycle: "h23" });
  const offset = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  const offsetAt = (at: number) => {
    const name = offset.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
    return name.replace("GMT", "") || "+00:00";
  };
  const changes = offsetAt(Date.parse(span.from)) !== offsetAt(Date.parse(span.to));
  return (at) => {
    const ms = Date.parse(at);
    return plain.format(ms) + (changes ? ` ${offsetAt(ms)}` : "");
  };
}
