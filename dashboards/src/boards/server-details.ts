/** What is asked last of a server: what it speaks, and what happened to its process. */
import { METRIC } from "@mcp-ops/formats";
import { graph } from "../panels/graph.ts";
import type { Placeable } from "../panels/panel.ts";
import { increase, of, part, RATE_INTERVAL, rate, SERVER, sum, unsetIs } from "../queries.ts";

export function revisions(): Placeable {
  const operations = of(part(METRIC.serverOperation, "count"), SERVER);
  return graph({
    title: "Requests by protocol revision",
    description:
      "Which revisions of MCP clients speak. Before you drop an old one, see here that nobody uses it. Needs the semconv names, which are on by default.",
    unit: "reqps",
    queries: [
      {
        expr: unsetIs("not said", "mcp_protocol_version", sum(rate(operations), "mcp_protocol_version")),
        legend: "{{mcp_protocol_version}}",
      },
    ],
    isStacked: true,
  });
}

/** Prometheus sees a restart of a process that it scrapes as a counter that begins anew; these are counted by who restarts. */
export function restarts(): Placeable {
  const counted = (metric: string) => sum(increase(of(metric, SERVER), RATE_INTERVAL), "server");
  return graph({
    title: "Restarts and changes",
    description:
      "Restarts of servers behind mcp-ops wrap, handshakes that failed, and listings of tools that differ from the one before. Needs mcp-ops wrap or proxy.",
    unit: "short",
    decimals: 0,
    queries: [
      { expr: counted(METRIC.serverRestarts), legend: "{{server}} restarted" },
      { expr: counted(METRIC.initializeFailures), legend: "{{server}} failed handshakes" },
      { expr: counted(METRIC.toolListChanges), legend: "{{server}} other tools" },
    ],
  });
}
