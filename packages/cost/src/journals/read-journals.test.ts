import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatJournalLine, type JournalUse, journalFileName } from "@mcp-ops/formats";
import { beforeEach, describe, expect, it } from "vitest";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { readJournals } from "./read-journals.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const DAY = "2026-11-21";
const BOOT = { pid: 7, bootId: "00000000000a" };

let folder: string;
let ledger: Ledger;
/** Boot ids of processes that are alive. */
let alive: Set<string>;

const open = () =>
  openLedger({ file: join(folder, "ledger.db"), calendar: { timeZone: "UTC", prices: [] }, now: () => NOW });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ops-journals-"));
  mkdirSync(join(folder, "journal"));
  ledger = await open();
  alive = new Set([BOOT.bootId]);
  return () => {
    ledger[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  };
});

const path = (file: number, boot = BOOT) => join(folder, "journal", journalFileName(boot, file));
const read = (maxBytes?: number) =>
  readJournals({
    folder: join(folder, "journal"),
    ledger,
    isAlive: ({ bootId }) => alive.has(bootId),
    ...(maxBytes !== undefined && { maxBytes }),
  });

const line = (target = "forecast", server = "weather") =>
  formatJournalLine({
    kind: "use",
    minute: NOW / 60_000,
    server,
    method: "tools/call",
    target,
    status: "success",
    count: 1,
    durationUs: 1_000,
    latencies: [[1_000, 1]],
    requestBytes: 1,
    responseBytes: 1,
  } satisfies JournalUse);

function counted(server = "weather"): number {
  const servers = ledger.day(DAY)?.segments.flatMap((segment) => segment.servers) ?? [];
  const uses = servers.filter((one) => one.server === server).flatMap((one) => one.uses);
  return uses.reduce((sum, { count }) => sum + count, 0);
}
const garbage = () => ledger.day(DAY)?.lost.garbage ?? 0;

describe("a journal", () => {
  it("is read on from where it was, also after a restart, and each line is booked once", async () => {
    appendFileSync(path(0), line() + line());
    expect(await read()).toMatchObject({ files: 1, isBehind: false, unreadable: [], finished: [] });
    await read();
    expect(counted()).toBe(2);
    appendFileSync(path(0), line());
    ledger[Symbol.dispose]();
    ledger = await open();
    await read();
    expect([counted(), garbage()]).toEqual([3, 0]);
  });

  it("with half a line at its end waits for the other half", async () => {
    const whole = line();
    appendFileSync(path(0), whole + whole.slice(0, 50));
    await read();
    expect([counted(), garbage()]).toEqual([1, 0]);
    appendFileSync(path(0), whole.slice(50));
    await read();
    expect([counted(), garbage()]).toEqual([2, 0]);
  });

  it("is deleted when its process is gone and it was read; half a line that nobody will end is counted", async () => {
    appendFileSync(path(0), line() + line().slice(0, 20));
    await read();
    expect(readdirSync(join(folder, "journal"))).toHaveLength(1);
    alive.clear();
    expect(await read()).toMatchObject({ finished: [journalFileName(BOOT, 0)] });
    expect([counted(), garbage(), readdirSync(join(folder, "journal")), ledger.journals]).toEqual([1, 1, [], []]);
  });

  it("is deleted when it is full and its process has gone on to the next one, so that there is room for what comes", async () => {
    const other = { ...BOOT, bootId: "00000000000b" };
    alive.add(other.bootId);
    const full = Math.ceil(1024 ** 2 / line().length);
    appendFileSync(path(0), line().repeat(full));
    for (const [file, boot] of [
      [1, BOOT],
      [0, other],
      [1, other],
    ] as const)
      appendFileSync(path(file, boot), line());
    expect(await read()).toMatchObject({ finished: [journalFileName(BOOT, 0)] });
    expect(counted()).toBe(full + 3);
    // A process may have two journals, and writes both.
    expect([path(0), path(1), path(0, other), path(1, other)].map((file) => existsSync(file))).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it("that its writer has dropped is forgotten", async () => {
    appendFileSync(path(0), line());
    await read();
    rmSync(path(0));
    await read();
    expect([counted(), ledger.journals]).toEqual([1, []]);
  });

  it("that was cut short is not booked twice when it grows again", async () => {
    appendFileSync(path(0), line() + line());
    await read();
    truncateSync(path(0), 0);
    appendFileSync(path(0), line());
    await read();
    expect(counted()).toBe(2);
  });
});

it("the journal of a dead process is kept until all of it is read", async () => {
  for (let count = 0; count < 4_000; count++) appendFileSync(path(0), line());
  alive.clear();
  const first = await read(1);
  expect([first.isBehind, first.finished, existsSync(path(0))]).toEqual([true, [], true]);
  while ((await read()).isBehind);
  expect([counted(), existsSync(path(0))]).toEqual([4_000, false]);
});

it("a folder that was another one for a while is read on where it was left, and nothing is booked twice", async () => {
  appendFileSync(path(0), line());
  await read();
  renameSync(join(folder, "journal"), join(folder, "away"));
  mkdirSync(join(folder, "journal"));
  appendFileSync(path(5), line());
  await read();
  expect(ledger.journals).toEqual([journalFileName(BOOT, 5)]);
  rmSync(join(folder, "journal"), { recursive: true });
  renameSync(join(folder, "away"), join(folder, "journal"));
  appendFileSync(path(0), line());
  await read();
  await read();
  expect(counted()).toBe(3);
});

describe("a line that is none of ours", () => {
  it("is counted, and the others are booked", async () => {
    appendFileSync(path(0), `${line()}not json\n\n{"kind":"use"}\n[]\n{"kind":"of a newer version"}\n${line()}`);
    await read();
    expect([counted(), garbage()]).toEqual([2, 4]);
  });

  it("does not end: it is skipped in pieces, counted once, and what follows is booked", async () => {
    const handle = openSync(path(0), "w");
    writeSync(handle, line());
    writeSync(handle, Buffer.alloc(3 * 1024 * 1024, "x"));
    closeSync(handle);
    while ((await read(600_000)).isBehind);
    appendFileSync(path(0), `yy\n${line()}`);
    await read();
    expect([counted(), garbage()]).toEqual([2, 1]);
  });
});

it("a journal of a gigabyte is read in pieces, beside the others and within little memory", async () => {
  // Without a newline; it has a gigabyte, and takes no room.
  closeSync(openSync(path(0), "w"));
  truncateSync(path(0), 1024 ** 3);
  const other = { pid: 8, bootId: "00000000000b" };
  alive.add(other.bootId);
  for (let count = 0; count < 50; count++) appendFileSync(path(0, other), line("forecast", "quiet"));
  const before = process.memoryUsage().rss;
  let largest = 0;
  const first = await read();
  expect([first.isBehind, counted("quiet")]).toEqual([true, 50]);
  for (let rounds = 0; rounds < 10; rounds++) {
    const { bytes } = await read();
    largest = Math.max(largest, bytes);
  }
  expect(largest).toBeLessThan(9 * 1024 * 1024);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  expect(garbage()).toBe(1);
});

it("what is no journal is left alone: other files, links, folders by the name of one", async () => {
  appendFileSync(join(folder, "journal", "cost.json"), "{}");
  appendFileSync(join(folder, "elsewhere"), line());
  symlinkSync(join(folder, "elsewhere"), path(0));
  mkdirSync(path(1));
  const { unreadable } = await read();
  expect(unreadable.map(({ why }) => why)).toEqual(["ELOOP", expect.stringMatching(/EISDIR|no file/)]);
  expect([counted(), existsSync(join(folder, "journal", "cost.json"))]).toEqual([0, true]);
});

it("a ledger that cannot be written is no fault of the journal: nothing is passed over", async () => {
  appendFileSync(path(0), line());
  ledger[Symbol.dispose]();
  await expect(read()).rejects.toThrow();
  ledger = await open();
  await read();
  expect(counted()).toBe(1);
});
