import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, type TestContext } from "vitest";

const PROGRAM = new URL("schedule-program.ts", import.meta.url).pathname;
const QUARTER = 15 * 60_000;
/** A quarter of an hour takes three quarters of a second. */
const SPEED = 1_200;

const library = fakeTimeLibrary();
const hint = library === undefined ? " (skipped: install the Debian package faketime)" : "";

describe.skipIf(library === undefined)(
  `B9: the schedule misses nothing in UTC, catches up once, never overlaps${hint}`,
  () => {
    for (const [season, day] of [
      ["spring", "2026-03-29"],
      ["autumn", "2026-10-25"],
    ] as const) {
      it.concurrent(`in the night of ${season} when clocks change, and after hours of downtime`, async ({
        onTestFinished,
      }) => {
        const lastRun = lastRunFile(onTestFinished);
        // Both changes are at 01:00; before them there is time for the program to start.
        const night = await live({ from: `${day}T00:00:00Z`, lastRun, until: `${day}T02:15:00Z` });
        expect(night.readyAt).toBeLessThan(Date.parse(`${day}T01:00:00Z`));
        demandEveryQuarter(night, `${day}T02:15:00Z`);

        const morning = await live({ from: `${day}T08:00:00Z`, lastRun, until: `${day}T08:45:00Z` });
        demandEveryQuarter(morning, `${day}T08:45:00Z`);
      });
    }

    it.concurrent("when a run takes longer than the time between two of them", async ({ onTestFinished }) => {
      const lastRun = lastRunFile(onTestFinished);
      const night = { from: "2026-10-25T00:00:00Z", lastRun, until: "2026-10-25T02:30:00Z" };
      const { runs } = await live({ ...night, secondsPerRun: 20 * 60 });
      demandApart(runs);
      // The quarter that passes during a run is left out.
      for (const [index, run] of runs.slice(2).entries()) {
        expect(quarterOf(run)).toBe(quarterOf(runs[index + 1] ?? run) + 2 * QUARTER);
      }
    });
  },
);

interface Run {
  readonly start: number;
  readonly end: number;
}

interface Life {
  readonly readyAt: number;
  readonly runs: readonly Run[];
}

interface Stretch {
  readonly from: string;
  readonly until: string;
  readonly lastRun: string;
  readonly secondsPerRun?: number;
}

/** Lets the program live, at speed, and kills it when it has done the run that is due `until` then. */
async function live({ from, until, lastRun, secondsPerRun = 60 }: Stretch): Promise<Life> {
  const start = from.replace("T", " ").replace("Z", "");
  const env = { ...process.env, TZ: "UTC", LD_PRELOAD: library, FAKETIME: `@${start} x${SPEED}` };
  const child = spawn(process.execPath, [PROGRAM, "*/15 * * * *", lastRun, String(secondsPerRun)], { env });
  const exited = once(child, "exit");
  const runs: Run[] = [];
  const last: Record<string, number> = {};
  try {
    for await (const line of createInterface(child.stdout)) {
      const [event = "", at] = line.split(" ");
      last[event] = Number(at);
      if (event === "end") runs.push({ start: last.start ?? 0, end: last.end ?? 0 });
      if (event === "end" && (last.start ?? 0) >= Date.parse(until)) break;
    }
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
  return { readyAt: last.ready ?? 0, runs };
}

/** One run at once, for all that was missed while the program was not there; then one in every quarter of an hour. */
function demandEveryQuarter({ readyAt, runs }: Life, until: string): void {
  const [first, ...rest] = runs;
  expect((first?.start ?? 0) - readyAt).toBeLessThan(QUARTER);
  const quarters: number[] = [];
  const second = (Math.floor((first?.end ?? 0) / QUARTER) + 1) * QUARTER;
  for (let at = second; at <= Date.parse(until); at += QUARTER) quarters.push(at);
  expect(rest.map(quarterOf).map(iso)).toEqual(quarters.map(iso));
  demandApart(runs);
}

function demandApart(runs: readonly Run[]): void {
  for (const [index, { start }] of runs.entries()) expect(start).toBeGreaterThanOrEqual(runs[index - 1]?.end ?? 0);
}

const quarterOf = ({ start }: Run) => Math.floor(start / QUARTER) * QUARTER;
const iso = (at: number) => new Date(at).toISOString();

function lastRunFile(onTestFinished: TestContext["onTestFinished"]): string {
  const folder = mkdtempSync(join(tmpdir(), "mo-schedule-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "last-run");
  writeFileSync(file, String(Date.parse("2026-01-01T00:00:00Z")));
  return file;
}

function fakeTimeLibrary(): string | undefined {
  const libraries = process.platform === "linux" ? readdirSync("/usr/lib") : [];
  const files = libraries.map((folder) => join("/usr/lib", folder, "faketime"));
  return files.flatMap(inside).find((file) => file.endsWith("libfaketimeMT.so.1"));
}

function inside(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
