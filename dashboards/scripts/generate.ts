/** Writes every dashboard to dashboards/<name>.json: `npm run generate` in dashboards/. */
import { writeFileSync } from "node:fs";
import { dashboards, dashboardText } from "../src/dashboards.ts";

for (const dashboard of dashboards()) {
  writeFileSync(new URL(`../${dashboard.name}.json`, import.meta.url), dashboardText(dashboard));
}
