import { readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { COMPILED } from "./vitest.compiled.ts";
import { PATIENCE } from "./vitest.patience.ts";

const packages = readdirSync(new URL("packages", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => ({ name: entry.name, folder: `packages/${entry.name}` }))
  .concat(["alerts", "dashboards"].map((name) => ({ name, folder: name })));

const deep = "**/*.deep.test.ts";

/** Tests wait for processes and the disk as much as they compute: three files run side by side on two cores. */
const WORKERS = 3;

/** What every project has. */
const SHARED = { maxWorkers: WORKERS, env: { NODE_COMPILE_CACHE: COMPILED }, ...PATIENCE };

/** Their tests share nothing, so that a process can go from one file to the next: to start one takes longer than many of them. */
const ALIKE = [
  "audit",
  "cli",
  "cost",
  "exchange",
  "failover",
  "formats",
  "guard",
  "health",
  "journal",
  "slo",
  "sidecar",
  "tap",
];

/** After the others, and of the last group one file after the other: there the demo runs, which looks at the whole machine. */
const PACE: Readonly<Record<string, object>> = {
  backup: { isolate: false, sequence: { groupOrder: 1 } },
  examples: { maxWorkers: 1, sequence: { groupOrder: 2 } },
};

/** Run one project with `npm test -- --project tap`, one story with `npm test -- -t "a word of its title"`. */
export default defineConfig({
  test: {
    passWithNoTests: true,
    globalSetup: ["./vitest.compiled.ts"],
    maxWorkers: WORKERS,
    projects: [
      ...packages.map(({ name, folder }) => ({
        test: {
          name,
          include: [`${folder}/src/**/*.test.ts`],
          exclude: [deep],
          ...SHARED,
          isolate: !ALIKE.includes(name),
          ...PACE[name],
        },
      })),
      ...["test", "examples"].map((name) => ({
        test: {
          name,
          include: [`${name}/**/*.test.ts`],
          exclude: ["**/node_modules/**", deep],
          ...SHARED,
          ...PACE[name],
        },
      })),
    ],
  },
});
