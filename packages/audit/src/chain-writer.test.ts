import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isChainOpen } from "./chain-lock.ts";
import { type ChainOptions, ChainWriter, type Item } from "./chain-writer.ts";
import { compressClosed, type House, prunable } from "./housekeeping.ts";
import { verifyAudit } from "./verify/verify-audit.ts";

const DAY = 86_400_000;

function options(more: Partial<ChainOptions> = {}): ChainOptions {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-chain-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    server: "weather",
    boot: "aaaaaaaaaaaa",
    keyFile: join(folder, "key"),
    checkpointRecords: 5,
    checkpointMs: 1000,
    maxFileBytes: 1e9,
    maxFileAgeMs: 1e12,
    rotateAt: "never",
    ...more,
  };
}

const asked = (target: string): Item => ({
  at: 0,
  fields: {
    event: "mcp.request",
    outcome: "success",
    subject: {},
    source: { transport: "memory", direction: "inbound" },
    operation: { method: "tools/call", target },
    requestBytes: 1,
    responseBytes: 1,
    durationMs: 1,
  },
});

/** Whole lines only. */
function recordsOf(folder: string) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return files.sort().flatMap((name) =>
    readFileSync(join(folder, name), "utf8")
      .split("\n")
      .filter((line) => line.endsWith("}"))
      .map((line) => JSON.parse(line)),
  );
}

const dataFiles = (folder: string) =>
  readdirSync(folder)
    .filter((name) => /\.jsonl(\.gz|\.zst)?$/.test(name))
    .sort();

test("a chain begins with a start record, is signed every so many records and so many seconds, and ends with a stop record", () => {
  const at = options();
  const chain = new ChainWriter(at, 0);
  chain.append(["a", "b", "c", "d", "e", "f"].map(asked), 0, false);
  chain.tick(999);
  chain.tick(1000);
  chain.tick(5000);
  chain.close(6000);
  expect(recordsOf(at.folder).map(({ sequence, event }) => `${sequence} ${event}`)).toEqual([
    "1 audit.start",
    "2 mcp.request",
    "3 mcp.request",
    "4 mcp.request",
    "5 mcp.request",
    "6 mcp.request",
    "7 audit.checkpoint",
    "8 mcp.request",
    "9 audit.checkpoint",
    "10 audit.stop",
  ]);
});

test("a restart goes on where the chain had ended, and says how it found it", async () => {
  const first = options();
  new ChainWriter(first, 0).close(1);
  const killed = new ChainWriter({ ...first, boot: "bbbbbbbbbbbb" }, 2);
  killed.append([asked("a"), asked("b")], 3, false);
  const file = join(first.folder, killed.fileName);
  killed.abandon();
  truncateSync(file, readFileSync(file).length - 10);
  new ChainWriter({ ...first, boot: "cccccccccccc" }, 4).close(5);
  const previous = recordsOf(first.folder).flatMap(({ sequence, previous }) =>
    previous ? [[sequence, previous]] : [],
  );
  expect(previous).toMatchObject([
    [1, { sequence: 0, end: "none" }],
    [3, { boot: "aaaaaaaaaaaa", sequence: 2, end: "clean", tornBytes: 0 }],
    [5, { boot: "bbbbbbbbbbbb", sequence: 4, end: "unclean", tornBytes: expect.any(Number) }],
  ]);
  expect(previous[2]?.[1].tornBytes).toBeGreaterThan(100);
  const { verdict, findings } = await verifyAudit({ folder: first.folder });
  expect(verdict).toBe("alarm");
  expect(findings).toMatchObject([{ kind: "gap", sequence: 5 }]);
});

test("processes side by side have chains of their own, and a dead one's chain is taken over", () => {
  const at = options();
  const first = new ChainWriter(at, 0);
  const second = new ChainWriter({ ...at, boot: "bbbbbbbbbbbb" }, 0);
  expect([first.chain, second.chain]).toEqual(["weather.0", "weather.1"]);
  expect(isChainOpen(at.folder, "weather.0")).toBe(true);
  first.close(1);
  const third = new ChainWriter({ ...at, boot: "cccccccccccc" }, 2);
  expect(third.chain).toBe("weather.0");
  second.close(3);
  third.close(3);
});

test("a writer whose chain was taken while it stood still writes no more of it, and leaves the other's lock alone", async () => {
  const at = options();
  const sleeper = new ChainWriter(at, 0);
  sleeper.append([asked("a")], 1, false);
  const lock = join(at.folder, "weather.0.lock");
  rmSync(lock);
  const other = new ChainWriter({ ...at, boot: "bbbbbbbbbbbb" }, 2);
  expect(() => sleeper.append([asked("b")], 3, false)).toThrow(/The lock of the audit chain weather\.0 is gone/);
  sleeper.abandon();
  expect(isChainOpen(at.folder, "weather.0")).toBe(true);
  other.append([asked("c")], 4, false);
  other.close(5);
  expect((await verifyAudit({ folder: at.folder })).findings.map(({ kind }) => kind)).toEqual(["gap"]);
});

test("a lock that cannot be read is somebody's until it is old, and nobody takes a chain in another's turn", () => {
  const at = options();
  writeFileSync(join(at.folder, "weather.0.lock"), "not for you");
  writeFileSync(join(at.folder, "weather.1.lock.turn"), "");
  const chain = new ChainWriter(at, 0);
  expect(chain.chain).toBe("weather.2");
  chain.close(1);
});

test("an empty file of its own name, left where there was no room for a first record, does not stop a start", () => {
  const at = options();
  writeFileSync(join(at.folder, "weather.0.000000000001.aaaaaaaaaaaa.jsonl"), "");
  new ChainWriter(at, 0).close(1);
  expect(recordsOf(at.folder).map(({ event }) => event)).toEqual(["audit.start", "audit.stop"]);
});

test("a clock that was set back puts off no checkpoint", () => {
  const at = options();
  const chain = new ChainWriter(at, 1_000_000);
  chain.append([asked("a")], 1_000_000, false);
  chain.tick(500_000);
  expect(recordsOf(at.folder).at(-1)).toMatchObject({ event: "audit.checkpoint" });
  chain.close(500_001);
});

test("files change by size, are compressed when closed, and the chain runs through them", async () => {
  for (const compress of ["gzip", "zstd"] as const) {
    const at = options({ maxFileBytes: 1500 });
    const chain = new ChainWriter(at, 0);
    for (let i = 0; i < 20; i++) chain.append([asked(`a${i}`)], i, false);
    await compressClosed(houseOf(at, chain), compress);
    chain.close(30);
    const files = dataFiles(at.folder);
    expect(files.length).toBeGreaterThan(4);
    expect(files.filter((name) => name.endsWith(compress === "gzip" ? ".gz" : ".zst"))).toHaveLength(files.length - 1);
    expect((await verifyAudit({ folder: at.folder })).findings).toEqual([]);
  }
});

test("retention deletes from the beginning, says so in the chain, and the chain still verifies", async () => {
  const at = options({ maxFileBytes: 1500 });
  const chain = new ChainWriter(at, 0);
  for (let i = 0; i < 20; i++) chain.append([asked(`a${i}`)], i, false);
  const before = dataFiles(at.folder).length;
  const policy = { compress: "none", keepMs: DAY, keepBytes: 4000 } as const;
  expect(await prunable(houseOf(at, chain), { ...policy, keepBytes: 1e9 }, Date.now())).toEqual([]);
  const due = await prunable(houseOf(at, chain), policy, Date.now());
  expect(due.length).toBeGreaterThan(0);
  expect(due.length).toBeLessThan(before - 1);
  chain.append(
    due.map(({ fields }) => ({ at: 0, fields })),
    40,
    true,
  );
  for (const { path } of due) renameSync(path, `${path}.gone`);
  chain.close(50);
  expect((await verifyAudit({ folder: at.folder })).verdict).toBe("intact");
  renameSync(join(at.folder, dataFiles(at.folder)[0] as string), join(at.folder, "taken"));
  expect((await verifyAudit({ folder: at.folder })).findings).toMatchObject([{ kind: "beginning-missing" }]);
});

test("a file that is taken away while it is written is noticed at the next record, and the chain says which", async () => {
  const at = options();
  const chain = new ChainWriter(at, 0);
  chain.append([asked("a")], 1, false);
  const file = chain.fileName;
  renameSync(join(at.folder, file), join(at.folder, "taken"));
  chain.append([asked("b")], 2, false);
  chain.close(3);
  expect(recordsOf(at.folder)[0]).toMatchObject({ event: "audit.file-lost", file, sequence: 3 });
  const { findings } = await verifyAudit({ folder: at.folder });
  expect(findings.map(({ kind }) => kind)).toEqual(["file-lost", "beginning-missing"]);
});

function houseOf({ folder, server }: ChainOptions, { chain }: ChainWriter): House {
  return { folder, server, chain };
}
