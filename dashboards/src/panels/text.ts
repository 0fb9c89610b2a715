import { PanelBuilder, TextMode } from "@grafana/grafana-foundation-sdk/text";
import type { Placeable } from "./panel.ts";

/** Words, in Markdown. */
function text(title: string, description: string, content: string): Placeable {
  return new PanelBuilder().title(title).description(description).mode(TextMode.Markdown).content(content);
}

/** How to read a dashboard, and where the runbooks are: each alert names its own. */
export function notes(content: string): Placeable {
  return text("How to read this", "Words, no figures.", `${content.trim()}\n- **Runbooks**: ${RUNBOOKS}`);
}

const RUNBOOKS =
  "each alert names its page of `docs/runbooks`. `mcp-ops dashboards export --runbooks <address>` puts a link to them at the top.";
