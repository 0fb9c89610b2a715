/** What the ledger says against what the kernel says, of real processes under real load. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { openLedger } from "../ledger/open-ledger.ts";
import { type Cgroup, cgroupAt, KERNEL, type KernelFolders, readCgroup } from "./cgroup.ts";
import { look } from "./look.ts";
import { type MeterState, step } from "./meter.ts";
import { reserve } from "./reserve.ts";
import type { Watched } from "./watched.ts";

const BURNER = join(import.meta.dirname, "..", "..", "testing", "burner-child.ts");
const MIB = 1024 * 1024;
/** The kernel tells hundredths of a second of user and system time, so a hundredth of the whole needs seconds. */
const BURN_US = 2_200_000;

const hasProc = existsSync("/proc/self/smaps_rollup");
if (!hasProc) console.log("Skipped: tests against the kernel's counters need Linux.");

async function burner(): Promise<ChildProcess> {
  const child = fork(BURNER, { stdio: "inherit" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "message");
  return child;
}

async function told(child: ChildProcess, order: object): Promise<{ readonly us: number }> {
  child.send(order);
  const [answer] = (await once(child, "message")) as [{ us: number }];
  return answer;
}

const watchedOf = (child: ChildProcess, more: Partial<Watched> = {}): Watched => ({
  owner: "boot",
  server: "burner",
  pid: child.pid as number,
  startedAt: new Date().toISOString(),
  ...more,
});

/** A ledger that looks at one process when it is told to. */
async function bookkeeper(watched: Watched, kernel: KernelFolders = KERNEL) {
  const folder = mkdtempSync(join(tmpdir(), "ops-kernel-"));
  const ledger = await openLedger({ file: join(folder, "ledger.db"), calendar: { timeZone: "UTC", prices: [] } });
  onTestFinished(() => {
    ledger[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });
  return {
    look: async () => {
      const last: MeterState | undefined = ledger.meter;
      const reading = await look([watched], last, kernel);
      const { state: meter, intervals } = step(last, reading, { periodMs: 60_000 });
      const { state } = reserve(ledger.reserve, reading, {});
      ledger.bookUsage({ meter, intervals, reserve: state, reserved: undefined });
      return reading;
    },
    booked: () => {
      const [server] = ledger.day(ledger.today)?.segments[0]?.servers ?? [];
      return server;
    },
  };
}

it.runIf(hasProc)(
  "C1: CPU time of a process and of a child that has come and gone between two looks is what getrusage says, to a hundredth",
  async () => {
    const child = await burner();
    const books = await bookkeeper(watchedOf(child));
    await books.look();
    const { us } = await told(child, { burnUs: BURN_US });
    await books.look();
    expect(us).toBeGreaterThan(2 * BURN_US);
    expect(Number(books.booked()?.used.cpuUs) / us).toBeGreaterThan(0.99);
    expect(Number(books.booked()?.used.cpuUs) / us).toBeLessThan(1.01);
  },
);

it.runIf(hasProc)("C1: memory of a process is what it holds, to a hundredth", async () => {
  const child = await burner();
  const books = await bookkeeper(watchedOf(child));
  const before = (await books.look()).owners[0]?.memoryBytes as number;
  await told(child, { holdBytes: 256 * MIB });
  const after = (await books.look()).owners[0]?.memoryBytes as number;
  expect((after - before) / (256 * MIB)).toBeGreaterThan(0.99);
  expect((after - before) / (256 * MIB)).toBeLessThan(1.01);
  const { used, coverage } = books.booked() ?? {};
  expect(used?.memoryByteMs).toBe((BigInt(before + after) * BigInt(coverage?.measuredMs as number)) / 2n);
});

const canGroup = existsSync("/sys/fs/cgroup/cpuacct/cgroup.procs") && process.getuid?.() === 0;
if (!canGroup) console.log("Skipped: a test with a real cgroup of version 1 needs one, and root.");

it.runIf(canGroup)("C1: by its cgroup a server's CPU time and memory are the kernel's own counters", async () => {
  const name = `ops-cost-kernel-${process.pid}`;
  const folders = ["cpuacct", "memory", "blkio"].map((controller) => join("/sys/fs/cgroup", controller, name));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const child = await burner();
  onTestFinished(async () => {
    const closed = once(child, "close");
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await closed;
    for (const folder of folders) rmdirSync(folder);
  });
  for (const folder of folders) writeFileSync(join(folder, "cgroup.procs"), String(child.pid));
  const books = await bookkeeper(watchedOf(child, { cgroup: "own" }));
  const group = (await cgroupAt(KERNEL, `/${name}`)) as Cgroup;
  const before = await readCgroup(group);
  await books.look();
  await told(child, { burnUs: 500_000, holdBytes: 64 * MIB });
  const { owners } = await books.look();
  const after = await readCgroup(group);
  const trueUs = (after?.counters.cpuUs as number) - (before?.counters.cpuUs as number);
  expect(trueUs).toBeGreaterThan(1_000_000);
  expect(Math.abs(Number(books.booked()?.used.cpuUs) / trueUs - 1)).toBeLessThan(0.01);
  expect(Math.abs((owners[0]?.memoryBytes as number) / (after?.memoryBytes as number) - 1)).toBeLessThan(0.01);
  expect(owners[0]?.group).toMatchObject({ readBytes: expect.any(Number), writtenBytes: expect.any(Number) });
});

it.runIf(hasProc)(
  "a process that is younger than what its registration says is another one that got its pid",
  async () => {
    const child = await burner();
    const startedAt = new Date(Date.now() - 3_600_000).toISOString();
    const { owners, processes } = await look([watchedOf(child, { startedAt })], undefined, KERNEL);
    expect([owners[0]?.root, processes]).toEqual([undefined, []]);
  },
);

it.runIf(hasProc)(
  "of network bytes nothing is said of a process that has no network namespace of its own",
  async () => {
    const child = await burner();
    const { owners } = await look([watchedOf(child)], undefined, KERNEL);
    expect(owners[0]).toMatchObject({ root: expect.any(String), network: undefined, memoryBytes: expect.any(Number) });
  },
);

it.runIf(hasProc)("where there is no /proc shares of the moment are taken, and marked as an estimate", async () => {
  const child = await burner();
  const nowhere = { proc: join(tmpdir(), "no-proc-here"), cgroup: "/nowhere" };
  const watched = watchedOf(child);
  const first = await look([watched], undefined, nowhere);
  const burning = told(child, { burnUs: 1_500_000 });
  // The library tells the share since the last time it was asked, half a second ago at least.
  const second = await vi.waitFor(async () => {
    const reading = await look([watched], undefined, nowhere);
    expect(reading.owners[0]?.cores).toBeGreaterThan(0.02);
    return reading;
  }, 60_000);
  expect([first.owners[0]?.root, second.owners[0]?.root]).toEqual([String(child.pid), String(child.pid)]);
  expect(second.owners[0]?.memoryBytes).toBeGreaterThan(10 * MIB);
  const { state } = step(undefined, first, { periodMs: 60_000 });
  const [interval] = step(state, second, { periodMs: 60_000 }).intervals;
  expect(interval?.cpuUs).toBe(interval?.sampledCpuUs);
  expect(interval?.cpuUs).toBeGreaterThan(0);
  await burning;
});
