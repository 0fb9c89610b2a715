/**
 * Draws each dashboard with real data into docs/dashboards/<name>.png. `npm run preview` starts what has the data and calls this with the address
 * of its Prometheus; so can you, with yours. `--only <name>` draws one of them, `--to <seconds since the epoch>` what was then.
 */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { dashboards } from "../src/dashboards.ts";
import type { Shown } from "./preview/ask.ts";
import { pageOf } from "./preview/page.ts";
import { takePicture } from "./preview/picture.ts";

const FOLDER = fileURLToPath(new URL("../../docs/dashboards/", import.meta.url));
const SHOWN_SECONDS = 180;
/** Where one would come to from another dashboard. */
const CHOSEN: Readonly<Record<string, Shown["chosen"]>> = {
  server: { server: "travel-desk" },
  tool: { server: "travel-desk", tool: "plan_trip" },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, to: { type: "string" } },
});

const [prometheus] = positionals;
if (prometheus === undefined) throw new TypeError("Give the address of a Prometheus, or run: npm run preview");
await mkdir(FOLDER, { recursive: true });
await draw({ prometheus, ...shownUntil(Number(values.to ?? Date.now() / 1000)) });

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
