import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { type DashboardLink, DashboardLinkBuilder, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";

/** Every dashboard of ours has it: the menu of all of them goes by it. */
export const TAG = "mcp-ops";

/** Fixed, so that links hold and an import replaces what it made before. */
export const UID = {
  overview: "mcp-ops-overview",
  server: "mcp-ops-server",
  tool: "mcp-ops-tool",
  clientsAndAudit: "mcp-ops-clients-and-audit",
  resourcesAndCost: "mcp-ops-resources-and-cost",
  failover: "mcp-ops-failover",
  backups: "mcp-ops-backups",
  slo: "mcp-ops-slo",
  overviewOtel: "mcp-ops-overview-otel",
} as const;

export type Link = Builder<DashboardLink>;

const KEPT = "${datasource:queryparam}&${job:queryparam}&${__url_time_range}";

/** To all dashboards of ours, with the same choice and time. */
export function menu(): Link {
  return new DashboardLinkBuilder("MCP dashboards")
    .type(DashboardLinkType.Dashboards)
    .icon("external link")
    .tooltip("The other dashboards of mcp-ops, with the same choice and time")
    .tags([TAG])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true)
    .targetBlank(false)
    .url("");
}

/** To the pages that say what to do about each alert. */
export function runbooks(base: string): Link {
  return new DashboardLinkBuilder("Runbooks")
    .type(DashboardLinkType.Link)
    .icon("doc")
    .tooltip("What to do about each alert")
    .url(base)
    .tags([])
    .asDropdown(false)
    .includeVars(false)
    .keepTime(false)
    .targetBlank(true);
}

/** From a panel to another dashboard, with time, data source and job. */
export function toBoard(board: keyof typeof UID, title: string, ...variables: readonly string[]): Link {
  return dataLink(title, `/d/${UID[board]}?${[KEPT, ...variables].join("&")}`);
}

/** From a series with a label `server`. */
export function toServer(): Link {
  return toBoard("server", "This server", "var-server=${__field.labels.server}");
}

/** From a series of one tool, of servers that the dashboard shows. */
export function toTool(): Link {
  return toBoard("tool", "This tool", "${server:queryparam}", "var-tool=${__field.labels.target}");
}

/** Traces of tools, in Explore: those the dashboard has chosen. */
export function toTraces(query: string): Link {
  const uid = "${traces}";
  const asked = { refId: "A", datasource: { type: "tempo", uid }, queryType: "traceql", query };
  const panes = { mcp: { datasource: uid, queries: [asked], range: { from: "${__from}", to: "${__to}" } } };
  return dataLink("Search traces", `/explore?schemaVersion=1&panes=${encodeAround(JSON.stringify(panes))}`);
}

/** Grafana looks for its variables before it reads the address, so they stay as they are. */
function encodeAround(text: string): string {
  return text
    .split(/(\$\{[^}]*\})/)
    .map((piece, index) => (index % 2 === 1 ? piece : encodeURIComponent(piece)))
    .join("");
}

/** Grafana's type has what only the links of dashboards have. */
function dataLink(title: string, url: string): Link {
  return { build: () => ({ title, url, targetBlank: false }) as DashboardLink };
}
