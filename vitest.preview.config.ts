import { defineConfig } from "vitest/config";

/** No test, but what it needs is what tests have: run by `npm run preview`. */
export default defineConfig({ test: { include: ["test/observability/preview.ts"], hookTimeout: 60_000 } });
