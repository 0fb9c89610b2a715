import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pricesAt, UNIT_KEYS } from "@mcp-ops/cost";
import { expect, test } from "vitest";
import { Prices } from "./prices.ts";

const EXAMPLE = fileURLToPath(new URL("../../../../docs/prices.example.yaml", import.meta.url));

test("the example of a price book can be used, and names every unit there is", async () => {
  const prices = new Prices(EXAMPLE);
  expect(await prices.refresh()).toBe(true);
  expect(prices.fault).toBeUndefined();
  const noon = Date.parse("2026-11-21T12:00+01:00");
  expect([noon - 1, noon].map((at) => pricesAt(prices.book, at).name)).toEqual(["2026-01", "2026-11"]);
  const text = readFileSync(EXAMPLE, "utf8");
  for (const key of [...UNIT_KEYS, "model", "call", "tools", "inputMillionTokens"]) expect(text).toContain(key);
});
