/** A ledger with a year in it: `node packages/cost/src/ledger/ledger.bench.ts [days] [servers]`. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { JournalUse, Status } from "@mcp-ops/formats";
import { MINUTE_MS, shiftDay } from "../calendar/zone.ts";
import { costDay } from "../money/cost-day.ts";
import { DEFAULT_BOOK } from "../prices/default-book.ts";
import { readPriceBook } from "../prices/read-book.ts";
import type { DayQuantities } from "../quantities.ts";
import { type Interval, NOTHING_TAKEN, step } from "../usage/meter.ts";
import { type ReserveState, reserve } from "../usage/reserve.ts";
import { openLedger } from "./open-ledger.ts";

const [days = 365, servers = 5] = process.argv.slice(2).map(Number);
const TOOLS = 20;
const PRINCIPALS = 5;
const STATUSES: readonly Status[] = ["success", "tool_error"];
const START = Date.parse("2026-01-01T00:00:00Z");
const END = START + days * 86_400_000;

const folder = mkdtempSync(join(tmpdir(), "ops-ledger-bench-"));
let nowMs = START;
const open = () =>
  openLedger({
    file: join(folder, "ledger.db"),
    calendar: { timeZone: "Europe/Vienna", prices: [] },
    now: () => nowMs,
  });
const ledger = await open();

/** Each server calls each tool every ten minutes, for one principal after the other, in a new session every hour. */
function* lines(hour: number): Generator<JournalUse> {
  for (let server = 0; server < servers; server++) {
    for (let tool = 0; tool < TOOLS; tool++) {
      for (let ten = 0; ten < 6; ten++) {
        yield {
          kind: "use",
          minute: START / MINUTE_MS + hour * 60 + ten * 10 + (tool % 10),
          server: `server ${server}`,
          method: "tools/call",
          target: `tool ${tool}`,
          status: STATUSES[(tool + ten) % 20 === 0 ? 1 : 0] as Status,
          principal: `principal ${(tool + ten) % PRINCIPALS}`,
          session: `${hour}`.padStart(12, "0"),
          count: 3,
          durationUs: 30_000,
          latencies: [
            [9_000 + tool * 100, 2],
            [12_000, 1],
          ],
          requestBytes: 300,
          responseBytes: 9_000,
          tokens: { estimate: 2_000 },
          cpu: { us: 4_000, calls: 1 },
        };
      }
    }
  }
}

let kept: ReserveState | undefined;
/** A look a minute; in the real one it is four. */
function book(minute: number): void {
  const toMs = START + minute * MINUTE_MS;
  const moment = { wallMs: toMs, timer: "boot", timerMs: toMs };
  const intervals = Array.from(
    { length: servers },
    (_, server): Interval => ({
      ...NOTHING_TAKEN,
      server: `server ${server}`,
      fromMs: toMs - MINUTE_MS,
      toMs,
      cpuUs: 900_000,
      memoryByteMs: 150n * 1024n * 1024n * 60_000n,
      memoryBytes: 150 * 1024 * 1024,
      measuredMs: MINUTE_MS,
    }),
  );
  const { state: meter } = step(undefined, { ...moment, owners: [], processes: [] }, { periodMs: 15_000 });
  const { state, interval: reserved } = reserve(kept, moment, {
    "server 0": { milliCores: 500, memoryBytes: 2 ** 28 },
  });
  kept = state;
  ledger.bookUsage({ meter, intervals, reserve: state, reserved });
}

const began = performance.now();
let [linesBooked, journalMs, usageMs, offset] = [0, 0, 0, 0];
for (let hour = 0; hour < days * 24; hour++) {
  nowMs = START + (hour + 1) * 3_600_000;
  const batch = [...lines(hour)];
  const from = performance.now();
  ledger.bookJournal({ name: "1-00000000000a.0.jsonl", offset: ++offset, isSkipping: false, garbage: 0 }, batch);
  const between = performance.now();
  for (let minute = 0; minute < 60; minute++) book(hour * 60 + minute);
  usageMs += performance.now() - between;
  journalMs += between - from;
  linesBooked += batch.length;
  if (hour % 24 === 0) while (ledger.expire());
}
ledger.sync();
const say = (what: string, value: string) => console.log(`${what.padEnd(46)} ${value}`);
say(`${days} days of ${servers} servers were booked in`, `${((performance.now() - began) / 1000).toFixed(0)} s`);
say("a line of a journal", `${((1000 * journalMs) / linesBooked).toFixed(0)} µs`);
say(`a look at ${servers} servers`, `${((1000 * usageMs) / (days * 1_440)).toFixed(0)} µs`);
say("the file has", `${(statSync(join(folder, "ledger.db")).size / 1e6).toFixed(0)} MB`);

ledger[Symbol.dispose]();
nowMs = END - 1;
const opening = performance.now();
const again = await open();
say("opening it, with a check of all of it, took", `${(performance.now() - opening).toFixed(0)} ms`);

/** By the clock, and by the processor: on a machine with other work the clock tells of that work. */
interface Taken {
  readonly wallMs: number;
  readonly cpuMs: number;
}

function stopwatch(): () => Taken {
  const from = performance.now();
  const before = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(before);
    return { wallMs: performance.now() - from, cpuMs: (user + system) / 1000 };
  };
}

function tell(what: string, all: readonly Taken[]): void {
  const of = (sort: keyof Taken) => {
    const sorted = all.map((one) => one[sort]).toSorted((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] as number).toFixed(1);
    return `${at(0.5)} (95 %: ${at(0.95)}, most: ${at(1)})`;
  };
  say(what, `CPU ${of("cpuMs")} ms, clock ${of("wallMs")} ms`);
}

function timed(what: string, times: number, work: (index: number) => void): void {
  const all = Array.from({ length: times }, (_, index) => {
    const read = stopwatch();
    work(index);
    return read();
  });
  tell(what, all);
}

/** How long others wait for their turn. */
async function turns(what: string, work: () => Promise<void>): Promise<void> {
  const all: Taken[] = [];
  let read = stopwatch();
  let isDone = false;
  const turn = () => {
    all.push(read());
    read = stopwatch();
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  await setTimeout();
  isDone = true;
  tell(`${what}, ${all.length} turns`, all);
}

const today = again.today;
const rows = again
  .day(shiftDay(today, -1))
  ?.segments.flatMap((segment) => segment.servers)
  .flatMap(({ uses }) => uses);
say("rows of exchanges in a day", String(rows?.length));
timed("quantities of today", 100, () => again.day(today));
const summary = (back: number) =>
  costDay(again.day(shiftDay(today, -back)) as DayQuantities, { book: readPriceBook(DEFAULT_BOOK), cores: 2 });
/** Of these the sessions are there, too. */
const recent = Math.min(30, days - 2);
timed("a daily summary of the last month", 100, (index) => summary(1 + (index % recent)));
if (days > 40) timed("a daily summary of the year before", 300, (index) => summary(40 + (index % (days - 41))));
timed("three days of outcomes by minute", 10, () => [
  ...again.outcomes({ from: END / MINUTE_MS - 4_320, to: END / MINUTE_MS }),
]);
timed("a fortnight of minutes of one server", 10, () =>
  again.points({ server: "server 0", from: END / MINUTE_MS - 20_160, to: END / MINUTE_MS }),
);
const prices = [{ fromMinute: START / MINUTE_MS, price: "new" }];
await turns("a new zone", () => again.setCalendar({ timeZone: "Asia/Kolkata", prices: [] }));
await turns("a new price", () => again.setCalendar({ timeZone: "Asia/Kolkata", prices }));
again[Symbol.dispose]();
rmSync(folder, { recursive: true });
