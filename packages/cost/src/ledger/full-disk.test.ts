import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalUse } from "@mcp-ops/formats";
import { expect, it, onTestFinished } from "vitest";
import { openLedger } from "./open-ledger.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");

const canMount =
  spawnSync("sh", ["-c", "d=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d; is=$?; rmdir $d; exit $is"])
    .status === 0;
if (!canMount) console.log("Skipped: a test of a full disk needs the right to mount a tmpfs (root).");

it.runIf(canMount)("on a full disk nothing is booked in part; once there is room it goes on", async () => {
  const disk = mkdtempSync(join(tmpdir(), "ops-ledger-disk-"));
  expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]).status).toBe(0);
  onTestFinished(() => {
    spawnSync("umount", ["-l", disk]);
    rmSync(disk, { recursive: true, force: true });
  });
  using ledger = await openLedger({
    file: join(disk, "ledger.db"),
    calendar: { timeZone: "UTC", prices: [] },
    now: () => NOW,
  });
  const batch = (number: number) =>
    Array.from(
      { length: 200 },
      (_, index): JournalUse => ({
        kind: "use",
        minute: NOW / 60_000 - (index % 60),
        server: `server ${number % 20}`,
        method: "tools/call",
        target: `tool ${index} ${"x".repeat(100)}`,
        status: "success",
        count: 1,
        durationUs: 1,
        latencies: [[10, 1]],
        requestBytes: 1,
        responseBytes: 1,
      }),
    );
  const book = (number: number) =>
    ledger.bookJournal(
      { name: "1-00000000000a.0.jsonl", offset: number, isSkipping: false, garbage: 0 },
      batch(number),
    );
  const calls = () => {
    const servers = ledger.day("2026-11-21")?.segments.flatMap((segment) => segment.servers) ?? [];
    return servers.flatMap(({ uses }) => uses).reduce((sum, { count }) => sum + count, 0);
  };
  writeFileSync(join(disk, "ballast"), Buffer.alloc(700_000));
  let booked = 0;
  const fill = () => {
    for (; booked < 10_000; booked++) book(booked + 1);
  };
  expect(fill).toThrow(expect.objectContaining({ code: "COST_LEDGER_FULL" }));
  expect(booked).toBeGreaterThan(0);
  expect([calls(), ledger.journalPlace("1-00000000000a.0.jsonl").offset]).toEqual([200 * booked, booked]);
  rmSync(join(disk, "ballast"));
  book(++booked);
  expect([calls(), ledger.journalPlace("1-00000000000a.0.jsonl").offset]).toEqual([200 * booked, booked]);
});
