/** The first wait after a failure. */
export const FIRST_RETRY_MS = 1_000;
export const LONGEST_RETRY_MS = 300_000;

/** How long to wait after so many failures in a row: doubled each time, and spread, so that many daemons do not come back at once. `random` gives 0 to 1. */
export function retryDelayMs(failures: number, random: () => number): number {
  const full = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 30));
  return full * (0.75 + random() / 4);
}
