import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalUse } from "@mcp-ops/formats";
import { beforeEach } from "vitest";
import {
  type Allocation,
  type DayQuantities,
  type Interval,
  type Ledger,
  type LedgerOptions,
  MINUTE_MS,
  openLedger,
  reserve,
  step,
} from "../src/index.ts";
import { NOTHING_TAKEN } from "../src/usage/meter.ts";
import type { Moment } from "../src/usage/reading.ts";

/** A place for a ledger, made anew for each test, and what time it is there. */
export const place = { folder: "", file: "", nowMs: 0 };

/** To be called once in a file of tests. */
export function freshPlace(): void {
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), "ops-ledger-"));
    Object.assign(place, {
      folder,
      file: join(folder, "deep", "ledger.db"),
      nowMs: Date.parse("2026-11-21T12:00:00Z"),
    });
    return () => rmSync(folder, { recursive: true });
  });
}

export const open = (options: Partial<LedgerOptions> = {}): Promise<Ledger> =>
  openLedger({ file: place.file, calendar: { timeZone: "UTC", prices: [] }, now: () => place.nowMs, ...options });

export const minuteOf = (text: string): number => Date.parse(text) / MINUTE_MS;

export const use = (at: string, more: Partial<JournalUse> = {}): JournalUse => ({
  kind: "use",
  minute: minuteOf(at),
  server: "weather",
  method: "tools/call",
  target: "forecast",
  status: "success",
  count: 1,
  durationUs: 1_000,
  latencies: [[1_000, 1]],
  requestBytes: 10,
  responseBytes: 100,
  ...more,
});

let offset = 0;
export const journal = (ledger: Ledger, ...lines: Parameters<Ledger["bookJournal"]>[1]): void =>
  ledger.bookJournal({ name: "1-000000000000.0.jsonl", offset: ++offset, isSkipping: false, garbage: 0 }, lines);

export const moment = (at: string): Moment => ({ wallMs: Date.parse(at), timer: "boot", timerMs: Date.parse(at) });

/** Books that a server took CPU time and held memory between two times. */
export function usage(
  ledger: Ledger,
  from: string,
  to: string,
  given: Partial<Interval> & { allocations?: Record<string, Allocation> },
): void {
  const { allocations = {}, ...interval } = given;
  const { state: meter } = step(undefined, { ...moment(to), owners: [], processes: [] }, { periodMs: 15_000 });
  const before = reserve(undefined, moment(from), allocations).state;
  const { state, interval: reserved } = reserve(before, moment(to), allocations);
  const whole = { ...NOTHING_TAKEN, server: "weather", fromMs: Date.parse(from), toMs: Date.parse(to), ...interval };
  ledger.bookUsage({ meter, intervals: [whole], reserve: state, reserved });
  while (ledger.catchUp());
}

/** The clock comes to each of these days, and the machine is looked at. */
export function live(ledger: Ledger, ...days: readonly string[]): void {
  for (const day of days) {
    place.nowMs = Date.parse(`${day}T12:00:00Z`);
    usage(ledger, `${day}T11:00:00Z`, `${day}T11:00:15Z`, { server: "house", measuredMs: 15_000 });
  }
}

/** Prices of a day, each with how many exchanges it has. */
export const calls = (day: DayQuantities | undefined): readonly (readonly [string, number])[] | undefined =>
  day?.segments.map(({ price, servers }) => [
    price,
    servers.flatMap(({ uses }) => uses).reduce((sum, { count }) => sum + count, 0),
  ]);
