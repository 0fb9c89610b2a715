export interface RotationPolicy {
  /** A file that has grown beyond is closed. */
  readonly maxFileBytes: number;
  /** A file that is older is closed. */
  readonly maxFileAgeMs: number;
  /** At the turn of each UTC hour or day a file is closed, so that names and times agree. */
  readonly rotateAt: "hour" | "day" | "never";
}

const PERIOD_MS = { hour: 3_600_000, day: 86_400_000 } as const;

/** Whether the open file is to be closed and the next begun. An empty file never is. */
export function isRotationDue(
  { bytes, openedAt }: { readonly bytes: number; readonly openedAt: number },
  { maxFileBytes, maxFileAgeMs, rotateAt }: RotationPolicy,
  now: number,
): boolean {
  if (bytes === 0) return false;
  if (bytes >= maxFileBytes || now - openedAt >= maxFileAgeMs) return true;
  if (rotateAt === "never") return false;
  const period = PERIOD_MS[rotateAt];
  return Math.floor(now / period) > Math.floor(openedAt / period);
}
