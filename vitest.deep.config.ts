import { defineConfig } from "vitest/config";
import { PATIENCE } from "./vitest.patience.ts";

/** Chaos, kill loops and long properties: `ROUNDS=1000 SEED=7 npm run test:deep`. */
export default defineConfig({
  test: {
    passWithNoTests: true,
    include: ["packages/*/src/**/*.deep.test.ts", "test/**/*.deep.test.ts"],
    ...PATIENCE,
    testTimeout: 600_000,
  },
});
