/** Draws the dashboards with what the estate has shown: `npm run preview`. */
import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test } from "vitest";
import { Estate } from "./estate.ts";

const DRAW = fileURLToPath(new URL("../../dashboards/scripts/preview.ts", import.meta.url));
/** So much is shown; and what is promised is judged after three minutes. */
const SHOWN_MS = 200_000;

test("draws every dashboard", { timeout: 2 * SHOWN_MS }, async () => {
  await using estate = await Estate.open();
  await pause(SHOWN_MS);
  const { stdout } = await promisify(execFile)(process.execPath, [DRAW, estate.prometheus.origin]);
  process.stdout.write(stdout);
});
