import { defineConfig } from "vitest/config";

/** Chaos, kill loops and long properties: `ROUNDS=1000 SEED=7 npm run test:deep`. */
export default defineConfig({
  test: {
    passWithNoTests: true,
    include: ["packages/*/src/**/*.deep.test.ts", "test/**/*.deep.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
});
