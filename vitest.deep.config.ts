import { defineConfig } from "vitest/config";
import { COMPILED } from "./vitest.compiled.ts";
import { PATIENCE } from "./vitest.patience.ts";

/** Chaos, kill loops and long properties: `ROUNDS=1000 SEED=7 npm run test:deep`. */
export default defineConfig({
  test: {
    passWithNoTests: true,
    globalSetup: ["./vitest.compiled.ts"],
    env: { NODE_COMPILE_CACHE: COMPILED },
    // They wait for processes more than they compute.
    maxWorkers: 2,
    include: ["packages/*/src/**/*.deep.test.ts", "test/**/*.deep.test.ts"],
    ...PATIENCE,
    testTimeout: 1_200_000,
  },
});
