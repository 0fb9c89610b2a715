import type { AuditHead } from "@mcp-ops/formats";
import { expect, test } from "vitest";
import type { Entry } from "./entry.ts";
import { type QueueOptions, RecordQueue } from "./queue.ts";
import type { ToWriter } from "./writer-messages.ts";

const entry = {} as Entry;
const head = { sequence: 7 } as AuditHead;

/** A queue and the other end of it, in the test's hand. */
function queueWith(options: Partial<QueueOptions> = {}) {
  const told: Extract<ToWriter, { kind: "batch" }>[] = [];
  const end = {
    polls: 0,
    keeps: false,
    tell(message: ToWriter) {
      if (message.kind === "batch") told.push(message);
    },
    poll() {
      end.polls++;
    },
    keepProcess(keep: boolean) {
      end.keeps = keep;
    },
  };
  const queue = new RecordQueue({ flushMs: 600_000, maxQueue: 10_000, durable: false, ...options }, end);
  const written = () => queue.heard({ kind: "written", head, tookMs: 1, lost: 0 });
  const failed = () => queue.heard({ kind: "failed", reason: "ENOSPC", message: "no space" });
  return { queue, told, end, written, failed };
}

test("one batch is under way at a time, and the process stays for it", () => {
  const { queue, told, end, written } = queueWith();
  queue.push(entry);
  queue.flush();
  queue.push(entry);
  queue.flush();
  expect(told.map(({ entries }) => entries.length)).toEqual([1]);
  expect([queue.pending, end.keeps]).toEqual([2, true]);
  written();
  queue.flush();
  written();
  expect(told).toHaveLength(2);
  expect([queue.pending, queue.written, end.keeps, queue.head]).toEqual([0, 2, false, head]);
});

test("a server that does not come back to its event loop is no reason to drop: full batches go at once, and the writer is asked", () => {
  const { queue, told, end, written } = queueWith();
  for (let i = 0; i < 1024; i++) queue.push(entry);
  expect(told).toHaveLength(1);
  expect(end.polls).toBe(0);
  end.poll = () => {
    end.polls++;
    written();
  };
  for (let i = 0; i < 5000; i++) queue.push(entry);
  expect(end.polls).toBeGreaterThan(3);
  expect(queue.dropped).toBe(0);
  expect(queue.pending).toBeLessThan(3000);
});

test("what finds no room is counted, and the next batch tells how many", () => {
  const { queue, told, written } = queueWith({ maxQueue: 2 });
  expect([1, 2, 3, 4].map(() => queue.push(entry))).toEqual([true, true, false, false]);
  queue.flush();
  expect(told).toMatchObject([{ dropped: 2 }]);
  written();
  expect(queue.push(entry)).toBe(true);
  queue.flush();
  expect(told[1]).toMatchObject({ dropped: 0 });
  expect(queue.dropped).toBe(2);
});

test("who is impatient is told of a failure, who is patient waits until it is written", () => {
  const { queue, failed, written } = queueWith();
  const heard: string[] = [];
  queue.push(entry, { written: () => heard.push("patient written") });
  queue.push(entry, { written: () => heard.push("written"), failed: (reason) => heard.push(reason) });
  queue.flush();
  failed();
  expect(heard).toEqual(["ENOSPC"]);
  expect(queue.failure).toBe("ENOSPC");
  written();
  expect(heard).toEqual(["ENOSPC", "patient written"]);
  expect(queue.failure).toBeUndefined();
});

test("when the writer has ended, all that waits is counted, and nothing more is taken", () => {
  const { queue } = queueWith();
  queue.push(entry);
  queue.flush();
  queue.push(entry);
  queue.end("writer ended");
  expect([queue.pending, queue.dropped, queue.push(entry), queue.dropped]).toEqual([0, 2, false, 3]);
});

test("the operator is told once that the queue is full, and again only after something was written", () => {
  let told = 0;
  const { queue, written } = queueWith({ maxQueue: 1, onFull: () => told++ });
  for (let i = 0; i < 5; i++) queue.push(entry);
  expect(told).toBe(1);
  queue.flush();
  written();
  for (let i = 0; i < 5; i++) queue.push(entry);
  expect(told).toBe(2);
});

test("a new writer is told again what the dead one had under way; what it gives up counts as dropped", () => {
  const { queue, told } = queueWith();
  queue.push(entry);
  queue.push(entry);
  queue.flush();
  queue.tellAgain(false);
  queue.tellAgain(true);
  expect(told.map(({ retold }) => retold)).toEqual([false, "write", "give up"]);
  queue.heard({ kind: "written", head, tookMs: 1, lost: 2 });
  expect([queue.written, queue.dropped, queue.pending]).toEqual([0, 2, 0]);
});

test("how long the oldest record has waited is known, under way or not", () => {
  const { queue, written } = queueWith();
  expect(queue.oldestMs(Date.now())).toBe(0);
  queue.push(entry);
  const later = Date.now() + 5_000;
  expect(queue.oldestMs(later)).toBeGreaterThanOrEqual(5_000);
  queue.flush();
  expect(queue.oldestMs(later)).toBeGreaterThanOrEqual(5_000);
  written();
  expect(queue.oldestMs(later)).toBe(0);
});

test("at the end everything that waits goes with the last words, however much", () => {
  const { queue } = queueWith();
  for (let i = 0; i < 3000; i++) queue.push(entry);
  const { entries } = queue.takeRest();
  expect([entries.length, queue.pending]).toEqual([3000 - 1024, 3000]);
  queue.heard({ kind: "closed", head, unwritten: 1000, isInOrder: true });
  expect([queue.written, queue.dropped, queue.pending]).toEqual([2000, 1000, 0]);
});
