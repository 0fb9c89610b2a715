import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { beforeEach, expect, test } from "vitest";
import { ChainWriter, type Item } from "../chain-writer.ts";
import { auditHeads } from "./heads.ts";
import { followAudit, lastRecords } from "./records.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-ops-reading-"));
  return () => rmSync(folder, { recursive: true });
});

function writerOf(server: string, boot = "aaaaaaaaaaaa") {
  return new ChainWriter(
    {
      folder,
      server,
      boot,
      keyFile: join(folder, "key"),
      checkpointRecords: 1000,
      checkpointMs: 1e9,
      maxFileBytes: 4000,
      maxFileAgeMs: 1e12,
      rotateAt: "never" as const,
    },
    0,
  );
}

function asked(target: string): Item {
  const source = { transport: "memory", direction: "inbound" } as const;
  const operation = { method: "tools/call", target };
  const numbers = { requestBytes: 1, responseBytes: 1, durationMs: 1 };
  return { at: 0, fields: { event: "mcp.request", outcome: "success", subject: {}, source, operation, ...numbers } };
}

const closedFiles = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .slice(0, -1);

test("the newest records come in order, out of files packed either way and files that are open", async () => {
  const chain = writerOf("weather");
  for (let i = 0; i < 40; i++) chain.append([asked(`t${i}`)], i, false);
  for (const [i, name] of closedFiles().entries()) {
    const bytes = readFileSync(join(folder, name));
    if (i % 2 === 0) writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes));
    else writeFileSync(join(folder, `${name}.zst`), zstdCompressSync(bytes));
    rmSync(join(folder, name));
  }
  const all = await lastRecords({ folder }, 1000);
  expect(all.map(({ record }) => record.sequence)).toEqual(all.map((_, i) => i + 1));
  expect((await lastRecords({ folder }, 3)).map(({ line }) => line)).toEqual(all.slice(-3).map(({ line }) => line));
  expect(auditHeads({ folder })).toEqual([
    expect.objectContaining({ chain: "weather.0", hash: all.at(-1)?.record.hash }),
  ]);
  chain.close(50);
});

test("a log that is followed gives each record once, while its files are rotated, packed and joined by others", async () => {
  const chain = writerOf("weather");
  chain.append([asked("first")], 0, false);
  const stop = new AbortController();
  const seen: string[] = [];
  const done = (async () => {
    for await (const { chain: name, record } of followAudit({ folder }, 1, stop.signal))
      seen.push(`${name} ${record.sequence}`);
  })();
  await expect.poll(() => seen).toEqual(["weather.0 2"]);
  for (let i = 0; i < 20; i++) chain.append([asked(`t${i}`)], i, false);
  for (const name of closedFiles()) {
    writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name))));
    rmSync(join(folder, name));
  }
  const other = writerOf("tides", "bbbbbbbbbbbb");
  const expected = Array.from({ length: chain.head.sequence - 1 }, (_, i) => `weather.0 ${i + 2}`);
  await expect.poll(() => seen.filter((line) => line.startsWith("weather"))).toEqual(expected);
  await expect.poll(() => seen.at(-1)).toBe(`tides.0 ${other.head.sequence}`);
  stop.abort();
  await done;
  chain.close(50);
  other.close(50);
});

test("a folder without a log is an error that says what to give", async () => {
  await expect(lastRecords({ folder }, 10)).rejects.toMatchObject({ code: "AUDIT_NOTHING_TO_VERIFY" });
  expect(() => auditHeads({ folder: join(folder, "nowhere") })).toThrow(/Give the folder/);
});
