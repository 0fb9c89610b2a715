import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { JournalUse } from "@mcp-ops/formats";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { MINUTE_MS } from "../calendar/zone.ts";
import type { DayQuantities } from "../quantities.ts";
import { type Interval, step } from "../usage/meter.ts";
import type { Moment } from "../usage/reading.ts";
import { type Allocation, reserve } from "../usage/reserve.ts";
import { type Ledger, type LedgerOptions, openLedger } from "./ledger.ts";
import { MIGRATIONS } from "./migrations.ts";

// A busy machine takes its time for files and processes.
vi.setConfig({ testTimeout: 30_000 });

let folder: string;
let file: string;
/** What time it is for the ledger. */
let nowMs: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-ledger-"));
  file = join(folder, "deep", "ledger.db");
  nowMs = Date.parse("2026-11-21T12:00:00Z");
  return () => rmSync(folder, { recursive: true });
});

const open = (options: Partial<LedgerOptions> = {}) =>
  openLedger({ file, calendar: { timeZone: "UTC", prices: [] }, now: () => nowMs, ...options });

const minuteOf = (text: string) => Date.parse(text) / MINUTE_MS;

const use = (at: string, more: Partial<JournalUse> = {}): JournalUse => ({
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
const journal = (ledger: Ledger, ...lines: Parameters<Ledger["bookJournal"]>[1]) =>
  ledger.bookJournal({ name: "1-000000000000.0.jsonl", offset: ++offset, isSkipping: false, garbage: 0 }, lines);

const moment = (at: string): Moment => ({ wallMs: Date.parse(at), timer: "boot", timerMs: Date.parse(at) });

/** Books that a server took CPU time and held memory between two times. */
function usage(
  ledger: Ledger,
  from: string,
  to: string,
  given: Partial<Interval> & { allocations?: Record<string, Allocation> },
) {
  const { allocations = {}, ...interval } = given;
  const { state: meter } = step(undefined, { ...moment(to), owners: [], processes: [] }, { periodMs: 15_000 });
  const before = reserve(undefined, moment(from), allocations).state;
  const { state, interval: reserved } = reserve(before, moment(to), allocations);
  const whole = { ...NOTHING, server: "weather", fromMs: Date.parse(from), toMs: Date.parse(to), ...interval };
  ledger.bookUsage({ meter, intervals: [whole], reserve: state, reserved });
}

const NOTHING: Omit<Interval, "server" | "fromMs" | "toMs"> = {
  cpuUs: 0,
  sampledCpuUs: 0,
  memoryByteMs: 0n,
  memoryBytes: undefined,
  measuredMs: 0,
  gapMs: 0,
  gapByteMs: 0n,
  unseenMs: 0,
  storageByteMs: 0n,
  receivedBytes: undefined,
  sentBytes: undefined,
  readBytes: undefined,
  writtenBytes: undefined,
};

const calls = (day: DayQuantities | undefined) =>
  day?.segments.map(({ price, servers }) => [
    price,
    servers.flatMap(({ uses }) => uses).reduce((sum, { count }) => sum + count, 0),
  ]);

describe("a ledger", () => {
  it("is made for its owner alone, and has what was booked when it is opened again", async () => {
    {
      using ledger = await open();
      usage(ledger, "2026-11-21T11:00:00Z", "2026-11-21T11:00:15Z", { cpuUs: 1_500_000, memoryByteMs: 77n });
      journal(ledger, use("2026-11-21T11:00Z", { principal: "ann", session: "s1", tokens: { estimate: 5 } }));
    }
    expect([statSync(file).mode & 0o777, statSync(join(folder, "deep")).mode & 0o777]).toEqual([0o600, 0o700]);
    using ledger = await open();
    expect(ledger.day("2026-11-21")).toMatchObject({
      isComplete: false,
      fromMinute: minuteOf("2026-11-21T00:00Z"),
      toMinute: minuteOf("2026-11-22T00:00Z"),
      lost: { queue: 0, file: 0, garbage: 0 },
      segments: [
        {
          price: "",
          machine: undefined,
          servers: [
            {
              server: "weather",
              used: { cpuUs: 1_500_000n, memoryByteMs: 77n },
              allocated: { cpuUs: 0n, memoryByteMs: 0n },
              network: undefined,
              uses: [{ target: "forecast", status: "success", principal: "ann", count: 1, tokens: { estimate: 5 } }],
              sessions: [{ session: "s1", target: "forecast", count: 1 }],
              definitions: undefined,
            },
          ],
        },
      ],
    });
    expect([...ledger.outcomes({ from: 0, to: minuteOf("2027-01-01") })]).toEqual([
      {
        minute: minuteOf("2026-11-21T11:00Z"),
        server: "weather",
        method: "tools/call",
        target: "forecast",
        status: "success",
        count: 1,
        latencies: [[1_000, 1]],
      },
    ]);
    expect(ledger.day("2026-11-20")).toBeUndefined();
  });

  it("belongs to one process at a time", async () => {
    using _ledger = await open();
    await expect(open()).rejects.toMatchObject({ code: "COST_LEDGER_IN_USE" });
  });

  it("of a newer version, and a file that is something else, are left alone", async () => {
    (await open())[Symbol.dispose]();
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    database.close();
    await expect(open()).rejects.toMatchObject({ code: "COST_LEDGER_NEWER" });
    const other = join(folder, "other.db");
    const foreign = new DatabaseSync(other);
    foreign.exec("CREATE TABLE notes (text TEXT)");
    foreign.close();
    await expect(open({ file: other })).rejects.toMatchObject({ code: "COST_LEDGER_UNUSABLE" });
    writeFileSync(join(folder, "plain"), "");
    await expect(open({ file: join(folder, "plain", "ledger.db") })).rejects.toMatchObject({
      code: "COST_LEDGER_UNUSABLE",
    });
  });
});

describe("a damaged ledger", () => {
  const damages: readonly (readonly [string, () => void])[] = [
    ["is no database", () => writeFileSync(file, "this is no database, and longer than its header ".repeat(40))],
    ["lacks its end", () => truncateSync(file, statSync(file).size - 4096)],
    ["is overwritten in the middle", () => writeFileSync(file, readFileSync(file).fill(0xff, 4096, 12_288))],
  ];

  it.each(damages)("that %s is set aside as it is, told of, and nothing is made up in its place", async (_, damage) => {
    {
      using ledger = await open();
      journal(ledger, use("2026-11-21T11:00Z"));
    }
    damage();
    const bytes = readFileSync(file);
    {
      using ledger = await open();
      const movedTo = ledger.damage?.movedTo as string;
      expect(readFileSync(movedTo)).toEqual(bytes);
      expect(ledger.setAside()).toEqual([movedTo]);
      expect([ledger.days, ledger.meter]).toEqual([[], undefined]);
    }
    using again = await open();
    const [left = ""] = again.setAside();
    expect([again.damage, existsSync(left)]).toEqual([undefined, true]);
  });
});

describe("a day", () => {
  it("has 23 or 25 hours where the clocks change, and every minute of it and no other", async () => {
    for (const [timeZone, day, hours] of [
      ["Europe/Vienna", "2026-03-29", 23],
      ["Europe/Vienna", "2026-10-25", 25],
      ["Australia/Lord_Howe", "2026-10-04", 23.5],
      ["Asia/Kathmandu", "2026-10-25", 24],
    ] as const) {
      nowMs = Date.parse(`${day}T00:00:00Z`) + 3 * 86_400_000;
      using ledger = await open({
        file: join(folder, `${timeZone.slice(0, 4)}-${day}.db`),
        calendar: { timeZone, prices: [] },
      });
      const noon = Date.parse(`${day}T00:00:00Z`);
      // Two days and more in fast-forward: one call and a second of CPU time in each minute.
      const lines: JournalUse[] = [];
      for (let ms = noon - 30 * 3_600_000; ms < noon + 40 * 3_600_000; ms += MINUTE_MS)
        lines.push(use(new Date(ms).toISOString()));
      journal(ledger, ...lines);
      usage(ledger, new Date(noon - 30 * 3_600_000).toISOString(), new Date(noon + 40 * 3_600_000).toISOString(), {
        cpuUs: 70 * 60 * 1_000_000,
      });
      const found = ledger.day(day);
      expect(calls(found), `${timeZone} ${day}`).toEqual([["", hours * 60]]);
      expect(found?.segments[0]?.servers[0]?.used.cpuUs).toBe(BigInt(hours * 60 * 1_000_000));
      expect(found?.isComplete).toBe(true);
    }
  });

  it("is complete when it is over and what was still to be written about it has been read", async () => {
    using ledger = await open();
    journal(ledger, use("2026-11-21T11:00Z"));
    const isComplete = (at: string) => {
      nowMs = Date.parse(at);
      return ledger.day("2026-11-21")?.isComplete;
    };
    expect([
      isComplete("2026-11-21T23:59:59Z"),
      isComplete("2026-11-22T00:01Z"),
      isComplete("2026-11-22T00:05Z"),
    ]).toEqual([false, false, true]);
  });

  it("is split where the price changes at noon", async () => {
    const prices = [
      { fromMinute: minuteOf("2026-01-01T00:00Z"), price: "old" },
      { fromMinute: minuteOf("2026-11-21T12:00Z"), price: "new" },
    ];
    nowMs = Date.parse("2026-11-21T18:00Z");
    using ledger = await open({ calendar: { timeZone: "UTC", prices } });
    usage(ledger, "2026-11-21T11:59:00Z", "2026-11-21T12:03:00Z", { cpuUs: 4_000_001 });
    journal(ledger, use("2026-11-21T11:59Z"), use("2026-11-21T12:00Z"), use("2026-11-21T12:01Z"));
    const day = ledger.day("2026-11-21");
    expect(calls(day)).toEqual([
      ["old", 1],
      ["new", 2],
    ]);
    expect(day?.segments.map(({ servers }) => servers[0]?.used.cpuUs)).toEqual([1_000_000n, 3_000_001n]);
  });
});

describe("a new calendar", () => {
  const prices = [
    { fromMinute: minuteOf("2026-11-20T00:00Z"), price: "winter" },
    { fromMinute: minuteOf("2026-11-21T06:30Z"), price: "dear" },
  ];

  const HOURS = 40;

  /** Days with everything in it. */
  async function full(ledger: Ledger) {
    for (let hour = 0; hour < HOURS; hour++) {
      const at = new Date(Date.parse("2026-11-19T20:00Z") + hour * 3_600_000).toISOString();
      const later = new Date(Date.parse(at) + 20 * 60_000).toISOString();
      const allocations = {
        weather: { milliCores: 10, memoryBytes: 1_000 },
        _machine: { milliCores: 2_000, memoryBytes: 9_999 },
      };
      usage(ledger, at, later, {
        cpuUs: 40_000_000 + hour,
        memoryByteMs: 3_000_000_001n,
        memoryBytes: hour,
        sentBytes: 7,
        receivedBytes: 3,
        allocations,
      });
      journal(
        ledger,
        use(at, {
          principal: `p${hour % 3}`,
          session: `s${hour % 5}`,
          tokens: { estimate: hour },
          latencies: [[hour + 1, 1]],
        }),
        use(later, { status: "tool_error", cpu: { us: 5, calls: 1 } }),
        {
          kind: "definitions",
          minute: minuteOf(at),
          server: "weather",
          method: "estimate",
          tokens: hour,
          tools: [["forecast", 3]],
        },
        { kind: "lost", minute: minuteOf(at), count: 2, why: "queue" },
      );
    }
  }

  const everything = (ledger: Ledger) => ({
    days: ledger.days.map((day) => ledger.day(day)),
    outcomes: [...ledger.outcomeDays({ from: "2026-11-01", to: "2026-12-01" })],
  });

  it("splits the past as if it had held from the start", async () => {
    for (const calendar of [
      { timeZone: "UTC", prices },
      { timeZone: "Asia/Kathmandu", prices },
      { timeZone: "America/New_York", prices: [] },
    ]) {
      rmSync(join(folder, "deep"), { recursive: true, force: true });
      using ledger = await open();
      await full(ledger);
      await ledger.setCalendar(calendar);
      using other = await open({ file: join(folder, `${calendar.timeZone.slice(0, 4)}.db`), calendar });
      await full(other);
      const { days, outcomes } = everything(other);
      // Lost exchanges are known by segment only.
      const lostTogether = (quantities: readonly (DayQuantities | undefined)[]) =>
        quantities.map((day) => ({ ...day, lost: undefined }));
      const after = everything(ledger);
      expect(lostTogether(after.days)).toEqual(lostTogether(days));
      expect(after.outcomes).toEqual(outcomes);
      expect(after.days.reduce((sum, day) => sum + (day?.lost.queue ?? 0), 0)).toBe(2 * HOURS);
    }
  });

  it("leaves alone what lies before the change, and what it can no longer split", async () => {
    using ledger = await open({ retention: { minuteDays: 1, dayDays: 400 } });
    nowMs = Date.parse("2026-11-19T23:00:00Z");
    journal(ledger, use("2026-11-19T22:00Z"));
    nowMs = Date.parse("2026-11-21T12:00:00Z");
    journal(ledger, use("2026-11-21T01:00Z"));
    while (ledger.expire());
    await ledger.setCalendar({ timeZone: "Europe/Vienna", prices });
    expect(ledger.day("2026-11-19")).toMatchObject({ timeZone: "UTC", segments: [{ price: "" }] });
    expect(ledger.day("2026-11-21")).toMatchObject({
      timeZone: "Europe/Vienna",
      segments: [{ price: "winter" }],
    });
    expect(calls(ledger.day("2026-11-19"))).toEqual([["", 1]]);
  });

  it("that could not be applied to the end is applied when the ledger is opened next", async () => {
    {
      using ledger = await open();
      await full(ledger);
    }
    // As a process that was killed in the midst of it leaves it: some segments are new, and the old calendar is remembered.
    {
      using ledger = await open();
      const change = ledger.setCalendar({ timeZone: "Asia/Kathmandu", prices });
      change.catch(() => {});
    }
    const calendar = { timeZone: "Asia/Kathmandu", prices };
    using ledger = await open({ calendar });
    using other = await open({ file: join(folder, "other.db"), calendar });
    await full(other);
    const totals = (one: Ledger) => one.days.map((day) => [day, calls(one.day(day))]);
    expect(totals(ledger)).toEqual(totals(other));
  });
});

describe("what others may choose", () => {
  it("is told apart up to a limit, and then counted as `_other`; the first to come keep their names, also after a restart", async () => {
    const limits = { servers: 2, methods: 2, targets: 2, principals: 1, sessions: 1, rowsAMinute: 1_000 };
    const lines = (from: number) =>
      Array.from({ length: 5 }, (_, index) =>
        use("2026-11-21T11:00Z", {
          target: `t${from + index}`,
          principal: `p${from + index}`,
          session: `s${from + index}`,
        }),
      );
    {
      using ledger = await open({ limits });
      journal(ledger, ...lines(0));
    }
    using ledger = await open({ limits });
    journal(ledger, ...lines(1));
    const [server] = ledger.day("2026-11-21")?.segments[0]?.servers ?? [];
    const counts = Object.groupBy(server?.uses ?? [], ({ target, principal }) => `${target} ${principal}`);
    expect(Object.entries(counts).map(([kind, rows]) => [kind, rows?.[0]?.count])).toEqual([
      ["t0 p0", 1],
      ["t1 _other", 2],
      ["_other _other", 7],
    ]);
    expect(server?.sessions.reduce((sum, { count }) => sum + count, 0)).toBe(10);
    journal(ledger, ...["a", "b", "c"].map((name) => use("2026-11-21T11:00Z", { server: name })));
    expect(ledger.day("2026-11-21")?.segments[0]?.servers.map(({ server }) => server)).toEqual([
      "_other",
      "a",
      "weather",
    ]);
  });

  it("makes no more rows in a minute than are allowed: first sessions and principals are put together, then targets", async () => {
    const limits = { servers: 5, methods: 5, targets: 100, principals: 100, sessions: 100, rowsAMinute: 10 };
    using ledger = await open({ limits });
    const batch = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) =>
        use("2026-11-21T11:00Z", { target: `${name}${index}`, principal: `${name}${index}`, session: "s" }),
      );
    journal(ledger, ...batch("a", 10));
    journal(ledger, ...batch("b", 10));
    journal(ledger, ...batch("c", 30));
    const [server] = ledger.day("2026-11-21")?.segments[0]?.servers ?? [];
    expect(server?.uses.length).toBe(21);
    expect(server?.uses.find(({ target }) => target === "_other")).toMatchObject({ principal: "_other", count: 30 });
  });

  it("of a time that cannot be, or a word of no table, is garbage, and counted", async () => {
    using ledger = await open();
    journal(
      ledger,
      use("1970-01-01T00:00Z"),
      use("2031-01-01T00:00Z"),
      use("2026-11-21T11:00Z", { status: "made up" as "error" }),
      { kind: "lost", minute: minuteOf("2026-11-21T11:00Z"), count: 1, why: "made up" as "queue" },
      use("2026-11-21T11:00Z"),
    );
    expect(ledger.days).toEqual(["2026-11-21"]);
    expect(ledger.day("2026-11-21")?.lost).toEqual({ queue: 0, file: 0, garbage: 4 });
    expect(calls(ledger.day("2026-11-21"))).toEqual([["", 1]]);
  });

  it("never passes what numbers can hold", async () => {
    using ledger = await open();
    const huge = {
      count: Number.MAX_SAFE_INTEGER,
      durationUs: Number.MAX_SAFE_INTEGER,
      latencies: [[1, Number.MAX_SAFE_INTEGER]] as const,
    };
    for (let again = 0; again < 3; again++)
      journal(ledger, use("2026-11-21T11:00Z", huge), use("2026-11-21T11:00Z", huge));
    expect(calls(ledger.day("2026-11-21"))).toEqual([["", Number.MAX_SAFE_INTEGER]]);
    expect([...ledger.outcomes({ from: 0, to: 1e9 })]).toMatchObject([{ count: Number.MAX_SAFE_INTEGER }]);
  });
});

describe("retention", () => {
  it("takes minutes and sessions away first, then days, then names", async () => {
    using ledger = await open({ retention: { minuteDays: 2, dayDays: 10 } });
    journal(ledger, use("2026-11-21T11:00Z", { session: "s1" }));
    usage(ledger, "2026-11-21T11:00:00Z", "2026-11-21T11:00:15Z", { cpuUs: 5, measuredMs: 15_000 });
    const range = { server: "weather", from: 0, to: minuteOf("2027-01-01") };
    const kept = () => ({
      minutes: [...ledger.outcomes(range)].length,
      points: ledger.points(range).length,
      sessions: ledger.day("2026-11-21")?.segments[0]?.servers[0]?.sessions.length,
      calls: calls(ledger.day("2026-11-21")),
      outcomes: [...ledger.outcomeDays({ from: "2026-11-21", to: "2026-11-22" })].length,
    });
    while (ledger.expire());
    expect(kept()).toEqual({ minutes: 1, points: 1, sessions: 1, calls: [["", 1]], outcomes: 1 });
    nowMs = Date.parse("2026-11-24T12:00Z");
    while (ledger.expire());
    expect(kept()).toEqual({ minutes: 0, points: 0, sessions: 0, calls: [["", 1]], outcomes: 1 });
    nowMs = Date.parse("2026-12-24T12:00Z");
    while (ledger.expire());
    expect(ledger.days).toEqual([]);
  });
});

it("what could not be written is not booked in part, and can be booked again", async () => {
  using ledger = await open();
  const bad = use("2026-11-21T11:00Z", { durationUs: 0.5 });
  expect(() => journal(ledger, use("2026-11-21T11:00Z"), use("2026-11-21T11:00Z", { server: "new" }), bad)).toThrow();
  expect(ledger.days).toEqual([]);
  journal(ledger, use("2026-11-21T11:00Z", { server: "new" }));
  expect(ledger.day("2026-11-21")?.segments[0]?.servers).toMatchObject([{ server: "new", uses: [{ count: 1 }] }]);
});
