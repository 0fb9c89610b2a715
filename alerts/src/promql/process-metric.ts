import { METRIC_TABLE } from "@mcp-ops/formats";

/** The name itself, when our pages show it: prom-client's names have no words in `METRIC`, and a typing error must not silence an alert. */
export function processMetric(name: `process_${string}` | `nodejs_${string}`): string {
  if (METRIC_TABLE.some((row) => row.name === name)) return name;
  throw new Error(`${name} is not in METRIC_TABLE. Take a name from docs/metrics.md.`);
}
