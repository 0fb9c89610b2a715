import { createReadStream } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { type AuditRecord, METRIC, parseAuditFileName } from "@mcp-ops/formats";
import type { Sample } from "./exposition.ts";

/** The record of an exchange. Others are about the log itself. */
export type Recorded = Extract<AuditRecord, { readonly operation: object }>;

/** Holds the last records for certain: none is longer than a few kilobytes. */
const TAIL_BYTES = 32_768;

/** The newest records of exchanges in a folder, oldest first. */
export async function lastRecords(folder: string, count: number): Promise<readonly Recorded[]> {
  const newest = (await filesOf(folder)).at(-1);
  if (newest === undefined) return [];
  await using file = await open(newest);
  const { size } = await file.stat();
  const start = Math.max(0, size - TAIL_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
  // The first may have lost its beginning; behind the last line break a record may be on its way.
  const whole = lines.slice(start === 0 ? 0 : 1, -1);
  return whole.flatMap(exchangeIn).slice(-count);
}

/** How many exchanges have a record, counted in the files. */
export async function countRecords(folder: string): Promise<number> {
  let count = 0;
  for (const path of await filesOf(folder)) {
    const bytes = createReadStream(path);
    const input = path.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes;
    for await (const line of createInterface({ input })) count += exchangeIn(line).length;
  }
  return count;
}

/** How many exchanges the metrics count: requests of both sides, and notifications. */
export function exchangesOf(samples: readonly Sample[]): number {
  const counters: readonly string[] = [METRIC.requests, METRIC.serverRequests, METRIC.notifications];
  return samples.reduce((sum, { name, value }) => (counters.includes(name) ? sum + value : sum), 0);
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => parseAuditFileName(name) !== undefined);
  return names.sort().map((name) => join(folder, name));
}

function exchangeIn(line: string): readonly Recorded[] {
  const record = JSON.parse(line) as AuditRecord;
  return "operation" in record ? [record] : [];
}
