/** The command `mcp-ops cost`, asking a real sidecar about a ledger with days that are over, and about a real server today. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MINUTE_MS, openLedger, priceCuts, readPriceBook, reserve, step } from "@mcp-ops/cost";
import type { JournalLine } from "@mcp-ops/formats";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { House, PATIENCE } from "./house.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const house = new House();

/** Days of UTC: yesterday and the day before it. */
const today = new Date().toISOString().slice(0, 10);
const dayBefore = (days: number) => new Date(Date.parse(today) - days * DAY_MS).toISOString().slice(0, 10);
const [first, second] = [dayBefore(2), dayBefore(1)];

const BOOK = {
  currency: "EUR",
  versions: [
    {
      name: "mine",
      source: "a test",
      prices: { cpuCoreHour: 0.36, memoryGiBHour: 0.01, model: "m" },
      models: { m: { inputMillionTokens: 2 } },
      servers: { old: { tools: { deep: 0.25 } } },
    },
  ],
};

const CONFIG = `
cost:
  file: ledger.db
  prices: prices.yaml
  everyMs: 1000
  servers: { weather: { cores: 1 } }
  budgets:
    tight: { period: day, limit: 0.000001, hard: true }
    wide: { server: nobody, period: month, limit: 1000 }
`;

/** On each of the two days the server `old` took an hour of a core, and its tool was called. */
async function writeLedger(): Promise<void> {
  const calendar = { timeZone: "UTC", prices: priceCuts(readPriceBook(BOOK)) };
  using ledger = await openLedger({ file: join(house.folder, "ledger.db"), calendar });
  for (const [at, day] of [first, second].entries()) {
    const toMs = Date.parse(day) + 6 * HOUR_MS;
    const moment = { wallMs: toMs, timer: "a boot long ago", timerMs: toMs };
    const { state: meter } = step(undefined, { ...moment, owners: [], processes: [] }, { periodMs: 15_000 });
    const { state, interval } = reserve(undefined, moment, {});
    ledger.bookUsage({ meter, intervals: [hourUntil(toMs)], reserve: state, reserved: interval });
    const piece = { name: "1-000000000000.0.jsonl", offset: at + 1, isSkipping: false, garbage: 0 };
    ledger.bookJournal(piece, callsAt(toMs / MINUTE_MS));
  }
}

function hourUntil(toMs: number) {
  const nothing = { sampledCpuUs: 0, memoryByteMs: 0n, memoryBytes: undefined, gapMs: 0, gapByteMs: 0n, unseenMs: 0 };
  const unknown = { receivedBytes: undefined, sentBytes: undefined, readBytes: undefined, writtenBytes: undefined };
  const took = {
    server: "old",
    fromMs: toMs - HOUR_MS,
    toMs,
    cpuUs: HOUR_MS * 1_000,
    measuredMs: HOUR_MS,
    storageByteMs: 0n,
  };
  return { ...nothing, ...unknown, ...took };
}

function callsAt(minute: number): readonly JournalLine[] {
  const sizes = { durationUs: 1, latencies: [], requestBytes: 1, responseBytes: 1 };
  const call = { kind: "use", minute, server: "old", method: "tools/call", status: "success", ...sizes } as const;
  return [
    { ...call, target: "deep", count: 4, principal: "ann", session: "0123456789ab" },
    { ...call, target: "=cmd()", count: 1, tokens: { estimate: 500_000 } },
    { ...call, method: "tools/list", target: "", count: 2, tokens: { estimate: 50_000 } },
  ];
}

/** What a day of `old` costs: CPU time, tokens, definitions, calls. */
const DAY = 360_000 + 1_000_000 + 100_000 + 4 * 250_000;

beforeAll(async () => {
  writeFileSync(join(house.folder, "prices.yaml"), JSON.stringify(BOOK));
  await writeLedger();
  writeFileSync(join(house.folder, "token"), "t".repeat(32), { mode: 0o600 });
  const daemon = await house.daemon(`admin: { token: { file: token } }\n${CONFIG}`);
  const address = new URL(daemon.admin).host;
  house.write(`admin: { listen: "${address}", token: { file: token } }\n${CONFIG}`);
  await house.server("weather");
});
afterAll(() => house[Symbol.asyncDispose]());

const cost = (...args: readonly string[]) => house.command(["cost", ...args]);

test("reports days that are over to the micro-unit, and says of what they are made up", async () => {
  const [{ code, out, err }, json] = await Promise.all([
    cost("report", "--days", "2", "--to", second),
    cost("report", "--days", "2", "--to", second, "--json"),
  ]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain(`${first} to ${second}, in EUR`);
  expect(out).toMatch(new RegExp(`^${second} +2\\.460$`, "m"));
  expect(out).toMatch(/^old +0\.720 +0\.000 +2\.000 +0\.200 +2\.000 +4\.920$/m);
  expect(out).toMatch(/^sum +4\.920$/m);
  for (const line of out.split("\n")) expect([...line].length).toBeLessThanOrEqual(80);
  expect(JSON.parse(json.out)).toMatchObject({ firstDay: first, lastDay: second, totals: { microUnits: 2 * DAY } });
});

test("shows what cost most: tools, principals and sessions, and what is nobody's", async () => {
  const top = (by: string) => cost("top", "--by", by, "--days", "2", "--to", second);
  const [tools, principals, sessions] = await Promise.all([top("tool"), top("principal"), top("session")]);
  expect(tools.out).toMatch(/^old +=cmd\(\) +2 +1000000 +2\.000 +40\.7 %$/m);
  expect(tools.out).toMatch(/^old +deep +8 +0 +2\.000 +40\.7 %$/m);
  expect(tools.out).toMatch(/^everything else +0\.920 +18\.7 %$/m);
  expect(principals.out).toMatch(/^old +ann +8 +2\.000 +40\.7 %$/m);
  expect(sessions.out).toMatch(/^old +0123456789ab +8 +2\.000 +40\.7 %$/m);
});

test("exports lines that add up to the days, by whatever they are taken apart, and no formula for a spreadsheet", async () => {
  const of = (...more: readonly string[]) => cost("export", "--from", first, "--to", second, ...more);
  const all = await Promise.all(
    ["server", "part", "tool", "principal", "session"].map((by) => of("--by", by, "--format", "json")),
  );
  for (const { out } of all) {
    const rows = out.split("\n").map((line) => JSON.parse(line) as { microUnits: number; day: string });
    expect(rows.reduce((sum, { microUnits }) => sum + microUnits, 0)).toBe(2 * DAY);
    expect(rows.map(({ day }) => day)).toEqual(rows.map(({ day }) => day).toSorted());
  }
  const { out } = await of();
  expect(out.split("\n").slice(0, 3)).toEqual([
    "day,server,tool,calls,tokens_estimate,tokens_tokenizer,tokens_reported,cost,currency",
    `${first},old,deep,4,,,,1.000000,EUR`,
    `${first},old,'=cmd(),1,500000,,,1.000000,EUR`,
  ]);
});

test("reports today of a real server, whose journal the sidecar has read", async () => {
  await vi.waitFor(async () => {
    const { out } = await cost("report", "--json");
    const { days } = JSON.parse(out) as { days: { servers: { server: string; idle: number; tools: object[] }[] }[] };
    const weather = days[0]?.servers.find(({ server }) => server === "weather");
    expect(weather?.tools).toContainEqual(expect.objectContaining({ target: "echo", calls: 3 }));
    expect(weather?.idle).toBeGreaterThan(0);
  }, PATIENCE);
  const { out } = await cost("report");
  expect(out).toMatch(/^weather /m);
  expect(out).toContain("The day is not over: its figures will still grow.");
});

test("forecasts, and ends with 3 because a budget is exceeded", async () => {
  const { code, out } = await cost("forecast");
  expect(code).toBe(3);
  expect(out).toMatch(/^all +0\.00\d+ /m);
  expect(out).toMatch(/^tight +day, all +exceeded! /m);
  expect(out).toMatch(/^wide +month, nobody +ok +0\.00 +1000\.00 +0 % /m);
  expect(out).toMatch(/^! tight is used up until /m);
});

test("shows the prices, and advice of which too little is known yet", async () => {
  const [prices, advice] = await Promise.all([cost("prices"), cost("advise", "--all", "--json")]);
  expect(prices.out).toMatch(/^\* mine, from the beginning, in force\n {4}a test$/m);
  expect(prices.out).toMatch(/^ {6}call of deep 0\.25$/m);
  expect(advice.code).toBe(0);
  expect(JSON.parse(advice.out)).toMatchObject({ currency: "EUR", advice: expect.any(Array) });
});

test("says what is wrong with the question", async () => {
  const [backwards, ancient, wide] = await Promise.all([
    cost("export", "--from", second, "--to", first),
    cost("export", "--from", "0001-01-01"),
    cost("report", "--days", "32"),
  ]);
  expect(backwards).toMatchObject({ code: 2, err: expect.stringContaining("Give an earlier --from") });
  expect(ancient).toMatchObject({ code: 2, err: expect.stringContaining("Give a later --from") });
  expect(wide).toMatchObject({ code: 2, err: expect.stringContaining("1 to 31") });
});
