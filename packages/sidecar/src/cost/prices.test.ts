import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pricesAt, UNIT_KEYS } from "@mcp-ops/cost";
import { expect, onTestFinished, test } from "vitest";
import { Prices } from "./prices.ts";

const EXAMPLE = fileURLToPath(new URL("../../../../docs/prices.example.yaml", import.meta.url));

test("a book that comes back as it was is read; one in the midst of being written is waited for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ops-prices-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "prices.yaml");
  copyFileSync(EXAMPLE, file);
  utimesSync(file, 1, 1);
  let now = 10_000;
  const prices = new Prices(file, () => now);
  expect(await prices.refresh()).toBe(true);
  renameSync(file, `${file}.away`);
  expect([await prices.refresh(), prices.fault]).toEqual([false, expect.stringContaining("ENOENT")]);
  renameSync(`${file}.away`, file);
  expect([await prices.refresh(), prices.fault]).toEqual([true, undefined]);

  writeFileSync(file, "currency: EUR\nversions:\n  - name: half\n");
  utimesSync(file, 10, 10);
  for (now of [9_999.5, 10_000, 10_999])
    expect([await prices.refresh(), prices.book.versions.length]).toEqual([false, 2]);
  now = 11_000;
  expect(await prices.refresh()).toBe(true);
  expect(prices.book.versions.map(({ name }) => name)).toEqual(["half"]);
});

test("the example of a price book can be used, and names every unit there is", async () => {
  const prices = new Prices(EXAMPLE);
  expect(await prices.refresh()).toBe(true);
  expect(prices.fault).toBeUndefined();
  const noon = Date.parse("2026-11-21T12:00+01:00");
  expect([noon - 1, noon].map((at) => pricesAt(prices.book, at).name)).toEqual(["2026-01", "2026-11"]);
  const text = readFileSync(EXAMPLE, "utf8");
  for (const key of [...UNIT_KEYS, "model", "call", "tools", "inputMillionTokens"]) expect(text).toContain(key);
});
