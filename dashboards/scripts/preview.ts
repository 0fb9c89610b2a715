/**
 * Draws each dashboard with real data into docs/dashboards/<name>.png: `npm run preview`. It runs the demo for some minutes, and a Prometheus that
 * scrapes it; or takes one that runs: `npm run preview -- http://127.0.0.1:9090`. `--only <name>` draws one of them, `--to <seconds since the
 * epoch>` what was then.
 */
import { mkdir } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { dashboards } from "../src/dashboards.ts";
import type { Shown } from "./preview/ask.ts";
import { startLive } from "./preview/live.ts";
import { pageOf } from "./preview/page.ts";
import { takePicture } from "./preview/picture.ts";

const FOLDER = fileURLToPath(new URL("../../docs/dashboards/", import.meta.url));
/** What is promised is judged after three minutes. */
const SHOWN_SECONDS = 240;
/** Where one would come to from another dashboard. */
const CHOSEN: Readonly<Record<string, Shown["chosen"]>> = {
  server: { server: "travel-desk" },
  tool: { server: "travel-desk", tool: "plan_trip" },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, to: { type: "string" } },
});

await mkdir(FOLDER, { recursive: true });
const [running] = positionals;
if (running !== undefined) {
  await draw({ prometheus: running, ...shownUntil(Number(values.to ?? Date.now() / 1000)) });
} else {
  await using live = await startLive();
  await pause(SHOWN_SECONDS * 1000);
  await draw({ prometheus: live.url, ...shownUntil(Date.now() / 1000) });
}

function shownUntil(to: number): Omit<Shown, "prometheus"> {
  return { from: to - SHOWN_SECONDS, to, chosen: {} };
}

async function draw(shown: Shown): Promise<void> {
  for (const dashboard of dashboards().filter(({ name }) => name === (values.only ?? name))) {
    const file = `${FOLDER}${dashboard.name}.png`;
    await takePicture(await pageOf(dashboard, { ...shown, chosen: CHOSEN[dashboard.name] ?? {} }), file);
    process.stdout.write(`${file}\n`);
  }
}
