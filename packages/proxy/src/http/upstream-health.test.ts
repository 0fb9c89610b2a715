import { expect, test } from "vitest";
import { type Finding, NEW_UPSTREAM, step, THRESHOLDS } from "./upstream-health.ts";

function tale(...findings: Finding[]): string {
  let health = NEW_UPSTREAM;
  return findings
    .map((finding) => {
      health = step(health, finding, THRESHOLDS);
      return `${finding}:${health.isUp ? "up" : "down"}`;
    })
    .join(" ");
}

test("an upstream goes down with the third failed check in a row, and comes back with the second good one", () => {
  expect(tale("ill", "ill", "well", "ill", "ill", "ill", "well", "ill", "well", "well")).toBe(
    "ill:up ill:up well:up ill:up ill:up ill:down well:down ill:down well:down well:up",
  );
});

test("a refused connection takes it out at once", () => {
  expect(tale("refused", "well", "well")).toBe("refused:down well:down well:up");
});
