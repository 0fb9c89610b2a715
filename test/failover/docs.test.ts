import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const page = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

it("tells what to do about every error of failover, and about no other", () => {
  const told = [...page("docs/errors.md").matchAll(/^\| `(FAILOVER_\w+)`/gm)].map(([, code]) => code);
  const thrown = [...page("packages/failover/src/errors.ts").matchAll(/\| "(FAILOVER_\w+)"/g)].map(([, code]) => code);
  expect(thrown.length).toBeGreaterThan(0);
  expect(told.toSorted()).toEqual(thrown.toSorted());
});
