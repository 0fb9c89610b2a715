import { defaultMetrics } from "@mcp-ops/kit";
import type { Family, Format, Label } from "./exposition/family.ts";
import { parseExposition } from "./exposition/parse.ts";

const SERVER: Label = ["server", "mcp-ops-sidecar"];

/** Memory, processor time and event loop of the daemon, as every watched server shows its own. It has no slot. */
export async function ownProcess(format: Format): Promise<readonly Family[]> {
  const { body } = await defaultMetrics().scrape({ openMetrics: format === "openMetrics" });
  return parseExposition(body, format, (labels) => [SERVER, ...labels]).filter(({ name }) => !name.startsWith("mcp_"));
}
