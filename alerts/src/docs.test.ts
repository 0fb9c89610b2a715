import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { alertsPage, PAGE } from "../scripts/alerts-page.ts";
import { THRESHOLDS } from "./thresholds/thresholds.ts";

const page = readFileSync(PAGE, "utf8");

test("docs/alerts.md says what the rules do (else: npm run docs in alerts)", () => {
  expect(page).toBe(alertsPage(page));
});

test("every threshold is that of an alert", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| [Mcp"));
  const used = rows.flatMap((row) => row.split(" | ").at(-1)?.match(/\w+/g) ?? []);
  expect(Object.keys(THRESHOLDS).filter((name) => !used.includes(name))).toEqual([]);
});
