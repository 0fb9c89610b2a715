import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { metricsPage, PAGE } from "../scripts/metrics-page.ts";

test("docs/metrics.md says what the code does (else: npm run docs in packages/metrics)", () => {
  const page = readFileSync(PAGE, "utf8");
  expect(page).toBe(metricsPage(page));
});
