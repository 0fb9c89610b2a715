import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { auditFileName } from "@mcp-ops/formats";
import { expect, test } from "vitest";
import { countRecords, exchangesOf, lastRecords } from "./audit-trail.ts";
import { parseExposition } from "./exposition.ts";

test("records of exchanges are counted over all files, and the last ones are found", async () => {
  await using folder = await temporaryFolder();
  const [old, newest] = [1, 4].map((sequence) => join(folder.path, nameOf(sequence))) as [string, string];
  await writeFile(`${old}.gz`, gzipSync(`${chain("audit.start")}${exchange("a")}${exchange("b")}`));
  expect(await countRecords(folder.path)).toBe(2);
  await writeFile(
    newest,
    `${exchange("c".repeat(40_000))}${exchange("d")}${chain("audit.checkpoint")}${exchange("e")}`,
  );
  expect(await countRecords(folder.path)).toBe(5);
  await appendFile(newest, '{"half');
  const last = await lastRecords(folder.path, 2);
  expect(last.map(({ operation }) => operation.method)).toEqual(["d", "e"]);
});

test("an empty folder has no records", async () => {
  await using folder = await temporaryFolder();
  expect([await countRecords(folder.path), await lastRecords(folder.path, 2)]).toEqual([0, []]);
});

test("exchanges are requests of both sides, and notifications", () => {
  const samples = parseExposition(`mcp_requests_total{method="a"} 1
mcp_server_requests_total{method="b"} 20
mcp_notifications_total{method="c"} 300
mcp_errors_total{method="a"} 4000`);
  expect(exchangesOf(samples)).toBe(321);
});

function nameOf(sequence: number): string {
  return auditFileName({ chain: "desk.0", sequence, boot: "0123456789ab", compression: "" });
}

function exchange(method: string): string {
  return `${JSON.stringify({ event: "mcp.request", operation: { method } })}\n`;
}

function chain(event: string): string {
  return `${JSON.stringify({ event })}\n`;
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "mcp-ops-trail-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
