import { readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

const packages = readdirSync(new URL("packages", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => ({ name: entry.name, folder: `packages/${entry.name}` }))
  .concat(["alerts", "dashboards"].map((name) => ({ name, folder: name })));

const deep = "**/*.deep.test.ts";

/** Tests wait for processes and the disk more than they compute: two files run side by side on two cores, too. */
const WORKERS = 2;

/** After the others, and of the last group one file after the other: there the demo runs, which looks at the whole machine. */
const PACE: Readonly<Record<string, object>> = {
  backup: { isolate: false, sequence: { groupOrder: 1 } },
  examples: { maxWorkers: 1, sequence: { groupOrder: 2 } },
};

/** Run one project with `npm test -- --project tap`, one story with `npm test -- -t "a word of its title"`. */
export default defineConfig({
  test: {
    passWithNoTests: true,
    maxWorkers: WORKERS,
    projects: [
      ...packages.map(({ name, folder }) => ({
        test: {
          name,
          include: [`${folder}/src/**/*.test.ts`],
          exclude: [deep],
          maxWorkers: WORKERS,
          ...PACE[name],
        },
      })),
      // Here whole processes start, so a test has longer.
      ...["test", "examples"].map((name) => ({
        test: {
          name,
          include: [`${name}/**/*.test.ts`],
          exclude: ["**/node_modules/**", deep],
          maxWorkers: WORKERS,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          ...PACE[name],
        },
      })),
    ],
  },
});
