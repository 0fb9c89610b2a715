import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, vi } from "vitest";
import { openState } from "../state/state.ts";
import { Schedule, type Scheduled } from "./schedule.ts";

let file: string;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "schedule-"));
  file = join(folder, "sidecar.db");
  return () => rmSync(folder, { recursive: true });
});

/** One life of a sidecar. */
function life() {
  const state = openState(file);
  const run: string[] = [];
  const missed: string[] = [];
  const schedule = new Schedule(
    state.database,
    ({ requestId }) => run.push(requestId),
    ({ requestId }) => missed.push(requestId),
  );
  const end = () => {
    schedule[Symbol.dispose]();
    state[Symbol.dispose]();
  };
  return { schedule, run, missed, end };
}

const inMs = (ms: number, requestId: string): Scheduled => {
  return { at: new Date(Date.now() + ms).toISOString(), leader: "a", by: "somebody", requestId };
};

it("is kept over a restart, and done once", async () => {
  const first = life();
  expect(first.schedule.set(inMs(3_600_000, "later"))).toBe(true);
  expect(first.schedule.set(inMs(1, "another"))).toBe(false);
  first.end();
  const second = life();
  second.schedule.open();
  expect(second.schedule.clear()).toMatchObject({ requestId: "later" });
  second.schedule.set(inMs(30, "soon"));
  await expect.poll(() => second.run).toEqual(["soon"]);
  second.end();
  const third = life();
  third.schedule.open();
  expect([third.run, third.missed, third.schedule.planned]).toEqual([[], [], undefined]);
  third.end();
});

it.each([
  ["a moment", -5_000, ["x"], []],
  ["long", -60_000, [], ["x"]],
])("what a restart kept from happening for %s: done when it is a moment, else not", (_, ms, run, missed) => {
  const first = life();
  first.schedule.set(inMs(3_600_000, "x"));
  first.end();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 - ms });
  const second = life();
  second.schedule.open();
  vi.useRealTimers();
  expect([second.run, second.missed, second.schedule.planned]).toEqual([run, missed, undefined]);
  second.end();
});
