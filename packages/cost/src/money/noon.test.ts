/** A change of prices, from the ledger's file to money. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalUse } from "@mcp-ops/formats";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MINUTE_MS } from "../calendar/zone.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { type PriceBook, priceCuts } from "../prices/book.ts";
import { readPriceBook } from "../prices/read-book.ts";
import type { DayQuantities } from "../quantities.ts";
import { type Interval, step } from "../usage/meter.ts";
import { reserve } from "../usage/reserve.ts";
import { costDay } from "./cost-day.ts";

const ZONE = "Europe/Vienna";
const HOUR_MS = 3_600_000;
const GIB = 2n ** 30n;
const at = (time: string) => Date.parse(`2026-11-21T${time}:00+01:00`);

/** A core-hour costs 36 cents, so that a core-second costs 100 micro-units; from noon in Vienna on twice that. */
function bookWith(changeAt: string): PriceBook {
  return readPriceBook({
    currency: "EUR",
    versions: [
      { name: "old", prices: { cpuCoreHour: 0.36, memoryGiBHour: 0.036, call: 0.001 } },
      {
        name: "new",
        from: `2026-11-21T${changeAt}+01:00`,
        prices: { cpuCoreHour: 0.72, memoryGiBHour: 0.036, call: 0.002 },
      },
    ],
  });
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-noon-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** From 11:00 to 13:00 one core of the two that are reserved, and a GiB; a call at 11:50 and two at 12:10. */
async function ledgerOf(book: PriceBook): Promise<Ledger> {
  const calendar = { timeZone: ZONE, prices: priceCuts(book) };
  const ledger = await openLedger({ file: join(folder, "ledger.db"), calendar, now: () => at("23:00") });
  const moment = (ms: number) => ({ wallMs: ms, timer: "boot", timerMs: ms });
  const reserved = { weather: { milliCores: 2_000, memoryBytes: 0 } };
  const before = reserve(undefined, moment(at("11:00")), reserved).state;
  const { state, interval } = reserve(before, moment(at("13:00")), reserved);
  const { state: meter } = step(undefined, { ...moment(at("13:00")), owners: [], processes: [] }, { periodMs: 15_000 });
  ledger.bookUsage({ meter, intervals: [twoHours], reserve: state, reserved: interval });
  const piece = { name: "1-000000000000.0.jsonl", offset: 1, isSkipping: false, garbage: 0 };
  ledger.bookJournal(piece, [callsAt("11:50", 1), callsAt("12:10", 2)]);
  return ledger;
}

const unknown = { receivedBytes: undefined, sentBytes: undefined, readBytes: undefined, writtenBytes: undefined };
const twoHours: Interval = {
  server: "weather",
  fromMs: at("11:00"),
  toMs: at("13:00"),
  cpuUs: 2 * HOUR_MS * 1_000,
  sampledCpuUs: 0,
  memoryByteMs: GIB * BigInt(2 * HOUR_MS),
  memoryBytes: Number(GIB),
  measuredMs: 2 * HOUR_MS,
  gapMs: 0,
  gapByteMs: 0n,
  unseenMs: 0,
  storageByteMs: 0n,
  ...unknown,
};

function callsAt(time: string, count: number): JournalUse {
  const minute = at(time) / MINUTE_MS;
  const sizes = { durationUs: 0, latencies: [], requestBytes: 0, responseBytes: 0 };
  return {
    kind: "use",
    minute,
    server: "weather",
    method: "tools/call",
    target: "t",
    status: "success",
    count,
    ...sizes,
  };
}

function costOf(ledger: Ledger, book: PriceBook) {
  const { prices, servers } = costDay(ledger.day("2026-11-21") as DayQuantities, { book, cores: 1 });
  const { used, idle, calls, microUnits, tools } = servers[0] as (typeof servers)[0];
  return { prices, used, idle, calls, microUnits, ofTool: tools[0]?.microUnits };
}

test("C2: what was used before noon costs what it cost then, and nothing is counted twice or lost at the seam", async () => {
  const book = bookWith("12:00");
  using ledger = await ledgerOf(book);
  const memory = 2 * 36_000;
  expect(costOf(ledger, book)).toEqual({
    prices: ["old", "new"],
    used: 360_000 + 720_000 + memory,
    idle: 360_000 + 720_000,
    calls: 1_000 + 4_000,
    microUnits: 2 * (360_000 + 720_000) + memory + 5_000,
    ofTool: 5_000,
  });
});

test("C2: a price that changed at another time than was thought is put right, also for what was counted already", async () => {
  using ledger = await ledgerOf(bookWith("12:00"));
  const better = bookWith("11:45");
  await ledger.setCalendar({ timeZone: ZONE, prices: priceCuts(better) });
  expect(costOf(ledger, better)).toMatchObject({ used: 270_000 + 900_000 + 72_000, idle: 1_170_000, calls: 6_000 });
});

test("C2: with a book that has none of the names that the ledger noted, its prices hold by their time", async () => {
  using ledger = await ledgerOf(bookWith("12:00"));
  const flat = readPriceBook({ currency: "EUR", versions: [{ name: "flat", prices: { cpuCoreHour: 3.6 } }] });
  expect(costOf(ledger, flat)).toMatchObject({ prices: ["flat"], used: 7_200_000, idle: 7_200_000, calls: 0 });
});
