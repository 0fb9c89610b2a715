import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { networkOf } from "./network.ts";
import { ownersOf } from "./owners.ts";
import { parseStat, type TableRow } from "./process-table.ts";
import { spread } from "./spread.ts";
import { storageOf } from "./storage.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-sources-"));
  return () => rmSync(folder, { recursive: true });
});

describe("a row of the process table", () => {
  const line = (name: string) =>
    `4242 (${name}) S 17 4242 4242 0 -1 4194304 2010 0 5 0 123 45 600 7 20 0 11 0 987654 1024 402 18446744073709551615 1 1 0 0 0 0 0 4096 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n`;

  it("is read whatever the program calls itself", () => {
    for (const name of ["node", "a b", ") S 1 1 1", "(sd-pam)", ""]) {
      expect(parseStat(line(name))).toEqual({
        pid: 4242,
        parentPid: 17,
        startTick: 987_654,
        cpuTicks: 168,
        endedTicks: 607,
      });
    }
  });

  it("that is cut short is none", () => {
    expect(parseStat("4242 (node) S 17")).toBeUndefined();
    expect(parseStat("")).toBeUndefined();
  });
});

describe("the network", () => {
  const INTERFACES = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 9999 9 0 0 0 0 0 0 9999 9 0 0 0 0 0 0
  eth0: 1000 10 0 0 0 0 0 0 200 2 0 0 0 0 0 0
eth1:30 1 0 0 0 0 0 0 4 1 0 0 0 0 0 0
`;
  const process = (pid: string, namespace: string) => {
    mkdirSync(join(folder, pid, "ns"), { recursive: true });
    mkdirSync(join(folder, pid, "net"));
    symlinkSync(namespace, join(folder, pid, "ns", "net"));
    writeFileSync(join(folder, pid, "net", "dev"), INTERFACES);
  };

  it("is counted for a process that has it for itself, without the loopback, and else not known", async () => {
    process("self", "net:[1]");
    process("7", "net:[2]");
    process("8", "net:[1]");
    expect(await networkOf(folder, 7)).toEqual({ key: "net:[2]", receivedBytes: 1_030, sentBytes: 204 });
    expect([await networkOf(folder, 8), await networkOf(folder, 9)]).toEqual([undefined, undefined]);
  });
});

describe("storage", () => {
  it("is what a folder takes on its disk: links are not followed, and a file with two names counts once", async () => {
    mkdirSync(join(folder, "data", "deep"), { recursive: true });
    const empty = (await storageOf(join(folder, "data"))) as number;
    writeFileSync(join(folder, "data", "deep", "file"), Buffer.alloc(100_000, 1));
    const filled = (await storageOf(join(folder, "data"))) as number;
    expect(filled - empty).toBeGreaterThanOrEqual(100_000);
    expect(filled - empty).toBeLessThan(120_000);
    writeFileSync(join(folder, "elsewhere"), Buffer.alloc(500_000, 1));
    symlinkSync(join(folder, "elsewhere"), join(folder, "data", "link"));
    linkSync(join(folder, "data", "deep", "file"), join(folder, "data", "second"));
    expect((await storageOf(join(folder, "data"))) as number).toBeLessThan(filled + 10_000);
  });

  it("of a folder that is gone, or has too much in it to look at, is not known", async () => {
    writeFileSync(join(folder, "a"), "");
    writeFileSync(join(folder, "b"), "");
    expect([await storageOf(join(folder, "gone")), await storageOf(folder, 2)]).toEqual([undefined, undefined]);
  });
});

it("parents that seem to be each other's children lead nowhere, and to an end", () => {
  const row = (pid: number, parent: number): TableRow => ({
    pid,
    key: String(pid),
    parent: String(parent),
    startedMs: 0,
    cpuUs: 0,
    endedCpuUs: 0,
  });
  expect(ownersOf([row(1, 2), row(2, 1)], new Map([["3", "a"]]), new Map())).toEqual(new Map());
});

it("C2: an interval that is spread over its minutes adds up to itself, to the last unit", () => {
  const instants = fc.integer({ min: 0, max: 10_000_000 });
  fc.assert(
    fc.property(
      instants,
      fc.integer({ min: 0, max: 20_000_000 }),
      fc.bigInt({ min: 0n, max: 10n ** 18n }),
      (from, length, amount) => {
        const pieces = [...spread(from, from + length, { from: 0, to: Number.POSITIVE_INFINITY })];
        const parts = pieces.map((piece) => piece.of(amount));
        expect(parts.reduce((a, b) => a + b, 0n)).toBe(amount);
        expect(parts.every((part) => part >= 0n)).toBe(true);
        expect(pieces.map(({ minute }) => minute)).toEqual([...new Set(pieces.map(({ minute }) => minute))]);
        expect(pieces[0]?.minute).toBe(Math.floor(from / 60_000));
      },
    ),
  );
});
