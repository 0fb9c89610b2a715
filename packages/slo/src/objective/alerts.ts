import { BURN_WINDOWS, type BurnWindow, type SloWindow } from "@mcp-ops/formats";

/** Burning faster than `factor` over both windows: the long one says that it matters, the short one that it still goes on. */
export interface BurnAlert {
  readonly severity: "page" | "ticket";
  readonly long: BurnWindow;
  readonly short: BurnWindow;
  /** How many times faster than allowed. */
  readonly factor: number;
}

/** Share of the budget that is used within the long window when the alert fires (SRE workbook, chapter 5; for 30 days 14.4, 6, 3 and 1). */
const PLAN = [
  { severity: "page", long: "1h", short: "5m", share: 0.02 },
  { severity: "page", long: "6h", short: "30m", share: 0.05 },
  { severity: "ticket", long: "1d", short: "2h", share: 0.1 },
  { severity: "ticket", long: "3d", short: "6h", share: 0.1 },
] as const;

/** A calendar month burns as 30 days do. */
export const WINDOW_DAYS: Readonly<Record<SloWindow, number>> = { "28d": 28, "30d": 30, month: 30 };

/** The alerts of a window, fastest first. */
export function burnAlerts(window: SloWindow): readonly BurnAlert[] {
  const minutes = WINDOW_DAYS[window] * BURN_WINDOWS["1d"];
  return PLAN.map(({ share, ...alert }) => {
    const factor = Math.round((share * minutes * 1e6) / BURN_WINDOWS[alert.long]) / 1e6;
    return { ...alert, factor };
  });
}

/** Nothing burns faster than with all events bad: an alert that waits for more would never fire (sloth#341). */
export function canFire({ factor }: BurnAlert, budgetPpm: number): boolean {
  return factor * budgetPpm < 1e6;
}
