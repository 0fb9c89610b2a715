/** A reader that is killed at any moment, again and again, while a writer goes on: in the end every line is booked once, and no time twice. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { formatJournalLine, journalFileName } from "@mcp-ops/formats";
import { expect, it, onTestFinished } from "vitest";
import { readJournals } from "../journals/read-journals.ts";
import type { Ledger } from "./ledger.ts";
import { openLedger } from "./open-ledger.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 30);
const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const NOW = Date.parse("2026-11-21T12:00:00Z");
const READER = join(import.meta.dirname, "..", "..", "testing", "reader-child.ts");

const line = (number: number) =>
  formatJournalLine({
    kind: "use",
    minute: NOW / 60_000 - (number % 90),
    server: "weather",
    method: "tools/call",
    target: `tool ${number % 7}`,
    status: "success",
    principal: `principal ${number % 3}`,
    count: 1,
    durationUs: number,
    latencies: [[10, 1]],
    requestBytes: 1,
    responseBytes: 1,
  });

it(`C1: kill −9 books nothing twice and leaves nothing out (${ROUNDS} rounds, seed ${SEED})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "ops-ledger-kill-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [journals, file] = [join(folder, "journal"), join(folder, "ledger.db")];
  mkdirSync(journals);
  let state = SEED;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let [written, files, durations] = [0, 0, 0];
  const write = (count: number) => {
    const lines = Array.from({ length: count }, () => {
      durations += written;
      return line(written++);
    });
    appendFileSync(join(journals, journalFileName({ pid: 7, bootId: "00000000000a" }, files)), lines.join(""));
    if (random() < 0.2) files++;
  };
  for (let round = 0; round < ROUNDS; round++) {
    write(200 + Math.floor(random() * 2_000));
    const reader = fork(READER, [journals, file, String(NOW)], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const closed = once(reader, "close");
    await once(reader, "message");
    await setTimeout(random() * 120);
    write(Math.floor(random() * 500));
    await setTimeout(random() * 60);
    reader.kill("SIGKILL");
    await closed;
  }
  using ledger: Ledger = await openLedger({ file, calendar: { timeZone: "UTC", prices: [] }, now: () => NOW });
  for (;;) if (!(await readJournals({ folder: journals, ledger, isAlive: () => false })).isBehind) break;
  const day = ledger.day("2026-11-21");
  const servers = day?.segments.flatMap((segment) => segment.servers) ?? [];
  const uses = servers.flatMap((server) => server.uses);
  expect(uses.reduce((sum, { count }) => sum + count, 0)).toBe(written);
  expect(uses.reduce((sum, { durationUs }) => sum + durationUs, 0)).toBe(durations);
  expect([day?.lost.garbage, ledger.damage]).toEqual([0, undefined]);
  // From the first look to the last one that was booked, and not a microsecond more.
  const counter = servers.find(({ server }) => server === "counter");
  const { since, timerMs } = ledger.meter ?? { since: { timerMs: 0 }, timerMs: 0 };
  expect(counter?.used.cpuUs).toBeGreaterThan(0n);
  expect(counter?.used.cpuUs).toBe(BigInt(Math.round((timerMs - since.timerMs) * 1000)));
});
