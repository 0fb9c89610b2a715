import { readFileSync } from "node:fs";
import * as health from "@mcp-ops/health";
import { expect, it } from "vitest";
import { shopHealth } from "./example.ts";

const page = readFileSync(new URL("../../docs/health.md", import.meta.url), "utf8");

it("shows an example that is compiled and runs", async () => {
  const example = readFileSync(new URL("./example.ts", import.meta.url), "utf8");
  expect(page).toContain(`\`\`\`ts\n${example}\`\`\``);
  await using shop = shopHealth("postgres://shop@localhost/orders", () => ["find_order"]);
  const { dependencies } = shop.document();
  expect(dependencies.map(({ name, criticality }) => `${name} ${criticality}`)).toEqual([
    "orders critical",
    "cache optional",
    "disk optional",
    "tools critical",
  ]);
});

it("names every kind of check, every page, and every default as it is", () => {
  for (const name of Object.keys(health)) if (name.endsWith("Check")) expect(page).toContain(`\`${name}\``);
  for (const { path } of health.HEALTH_ROUTES) expect(page).toContain(`\`${path}\``);
  const defaults = {
    criticality: health.DEFAULT_CRITICALITY,
    timeoutMs: health.DEFAULT_TIMEOUT_MS,
    intervalMs: health.DEFAULT_INTERVAL_MS,
    rise: health.DEFAULT_RISE,
    fall: health.DEFAULT_FALL,
    minFreeRatio: health.DEFAULT_MIN_FREE_RATIO,
    maxUsedRatio: health.DEFAULT_MAX_USED_RATIO,
    maxLagMs: health.DEFAULT_MAX_LAG_MS,
  };
  for (const [option, value] of Object.entries(defaults)) {
    expect(page).toMatch(new RegExp(`\`${option}\`[^\\n|]*\\| *\`${value}\` *\\|`));
  }
});

it.each(["audit", "health", "tracing"])("docs/%s.md shows lines of an example that runs", (name) => {
  const text = readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), "utf8");
  const example = readFileSync(new URL("../../examples/all-in-one.ts", import.meta.url), "utf8");
  const shown = [...text.matchAll(/```ts\n(.*\n)```/g)].map(([, line]) => line as string);
  expect(shown).toHaveLength(1);
  expect(example).toContain(shown[0]);
});
