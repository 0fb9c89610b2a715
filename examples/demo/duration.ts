const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

export const LONGEST_MS = 24 * 3_600_000;

/** `10s`, `1.5m`, `500ms` or `1h` in milliseconds; undefined when it is no duration, nothing, or more than a day. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const durationMs = Math.round(Number(amount) * (UNITS[unit] ?? Number.NaN));
  return durationMs >= 1 && durationMs <= LONGEST_MS ? durationMs : undefined;
}

/** A clock: `0:07`, `12:30`, `1:02:03`. */
export function clock(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = String(seconds % 60).padStart(2, "0");
  return hours === 0 ? `${minutes}:${tail}` : `${hours}:${String(minutes).padStart(2, "0")}:${tail}`;
}
