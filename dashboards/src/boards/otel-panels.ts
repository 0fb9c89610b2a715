/** Figures that need the names of OpenTelemetry's convention alone. */
import { METRIC } from "@mcp-ops/formats";
import { COLOUR, QUANTILE_COLOUR } from "../colours.ts";
import { toServer, toTraces } from "../links.ts";
import { graph } from "../panels/graph.ts";
import { heatmap } from "../panels/heatmap.ts";
import type { Placeable } from "../panels/panel.ts";
import { stat } from "../panels/stat.ts";
import { table } from "../panels/table.ts";
import {
  increase,
  of,
  part,
  quantile,
  RATE_INTERVAL,
  RECENT,
  rate,
  SERVER,
  SHOWN,
  share,
  sum,
  unsetIs,
} from "../queries.ts";

const COUNT = part(METRIC.serverOperation, "count");
const BUCKETS = part(METRIC.serverOperation, "bucket");
const TOOL = 'gen_ai_tool_name!=""';
const FAILED = 'error_type!=""';
const NEEDS = 'Needs metrics({ names: "semconv" }) or "both", the default.';

/** Those error types that are a status, too. */
const ERROR_TYPE_COLOUR = {
  tool_error: COLOUR.orange,
  timeout: COLOUR.purple,
  lost: COLOUR.darkRed,
  cancelled: COLOUR.grey,
  denied: COLOUR.blue,
};

/** What it means that a label is not there. */
const UNSET: Readonly<Record<string, string>> = { mcp_protocol_version: "not said", network_transport: "in memory" };

function failingShare(window: string, ...by: readonly string[]): string {
  const failed = sum(increase(of(COUNT, SERVER, FAILED), window), ...by);
  return share(failed, sum(increase(of(COUNT, SERVER), window), ...by));
}

export function failingNow(): Placeable {
  return stat({
    title: "Failing, 5 min",
    description: `Share of the operations of the last five minutes with an error.type: the convention leaves out where JSON-RPC's code says that the caller was at fault. ${NEEDS}`,
    unit: "percentunit",
    decimals: 1,
    expr: failingShare(RECENT),
    trend: true,
    none: "no calls",
  });
}

export function p95Now(): Placeable {
  return stat({
    title: "p95 of tool calls, 5 min",
    description: `95 of 100 tool calls of the last five minutes were answered within this time. ${NEEDS}`,
    unit: "s",
    expr: quantile(0.95, of(BUCKETS, SERVER, TOOL), RECENT),
    trend: true,
    none: "no calls",
  });
}

export function rateNow(): Placeable {
  return stat({
    title: "Operations",
    description: `Requests and notifications received per second. ${NEEDS}`,
    unit: "reqps",
    decimals: 2,
    expr: sum(rate(of(COUNT, SERVER))),
    trend: true,
    none: "none",
  });
}

export function sessionsEnded(): Placeable {
  return stat({
    title: "Sessions ended, 1 h",
    description: `Sessions of revisions before 2026-07-28 that ended within the last hour. ${NEEDS}`,
    unit: "short",
    decimals: 0,
    expr: sum(increase(of(part(METRIC.serverSession, "count"), SERVER), "1h")),
    none: "no sessions",
  });
}

export function byMethod(): Placeable {
  return perSecond("Operations by method", "Requests and notifications received per second.", "mcp_method_name");
}

export function byServer(): Placeable {
  return perSecond("Operations by server", "Requests and notifications received per second.", "server");
}

export function versions(): Placeable {
  return perSecond("By protocol revision", "Which revisions of MCP clients speak.", "mcp_protocol_version");
}

export function transports(): Placeable {
  return perSecond("By transport", "pipe is stdio, tcp is HTTP; connections in memory have none.", "network_transport");
}

function perSecond(title: string, says: string, label: string): Placeable {
  return graph({
    title,
    description: `${says} ${NEEDS}`,
    unit: "reqps",
    queries: [
      { expr: unsetIs(UNSET[label] ?? "unset", label, sum(rate(of(COUNT, SERVER)), label)), legend: `{{${label}}}` },
    ],
    isStacked: true,
    ...(label === "server" && { links: [toServer()] }),
  });
}

export function failures(): Placeable {
  return graph({
    title: "Errors by type",
    description: `Operations per second that failed, by error.type: a word, or a code of JSON-RPC. Empty when all is well. ${NEEDS}`,
    unit: "reqps",
    queries: [{ expr: sum(rate(of(COUNT, SERVER, FAILED)), "error_type"), legend: "{{error_type}}" }],
    colours: ERROR_TYPE_COLOUR,
    isStacked: true,
  });
}

export function failingByServer(): Placeable {
  return graph({
    title: "Failing by server",
    description: `Share of the operations with an error.type. ${NEEDS}`,
    unit: "percentunit",
    softMax: 0.05,
    queries: [{ expr: failingShare(RATE_INTERVAL, "server"), legend: "{{server}}" }],
    links: [toServer()],
  });
}

export function durations(): Placeable {
  const at = (q: number) => quantile(q, of(BUCKETS, SERVER, TOOL), RATE_INTERVAL);
  return graph({
    title: "How long tool calls take",
    description: `Half of the calls are quicker than p50, 95 of 100 than p95. Points are single calls with a trace, where Prometheus stores exemplars. ${NEEDS}`,
    unit: "s",
    queries: [
      { expr: at(0.5), legend: "p50" },
      { expr: at(0.95), legend: "p95", exemplars: true },
      { expr: at(0.99), legend: "p99" },
    ],
    colours: QUANTILE_COLOUR,
    links: [toTraces('{span.mcp.method.name="tools/call"}')],
  });
}

export function map(): Placeable {
  return heatmap({
    title: "Durations of tool calls",
    description: `Calls per second by how long they took: the darker, the more. The convention's buckets begin at 10 ms. ${NEEDS}`,
    unit: "s",
    expr: sum(rate(of(BUCKETS, SERVER, TOOL)), "le"),
  });
}

export function tools(): Placeable {
  const by = ["server", "gen_ai_tool_name"];
  const calls = (...matchers: readonly string[]) => sum(increase(of(COUNT, SERVER, TOOL, ...matchers), SHOWN), ...by);
  const at95 = quantile(0.95, of(BUCKETS, SERVER, TOOL), SHOWN, ...by);
  return table({
    title: "Tools",
    description: `Every tool that was called in the time shown, the busiest first. ${NEEDS}`,
    unit: "short",
    by: { server: "Server", gen_ai_tool_name: "Tool" },
    columns: [
      { title: "Calls", unit: "none", decimals: 0, expr: `${calls()} > 0` },
      { title: "Failing", unit: "percentunit", decimals: 1, expr: share(calls(FAILED), calls()) },
      { title: "p95", unit: "s", expr: `${at95} >= 0` },
    ],
    sortBy: "Calls",
  });
}

export function p95ByTool(): Placeable {
  return graph({
    title: "p95 by tool",
    description: `95 of 100 calls were answered within this time. ${NEEDS}`,
    unit: "s",
    queries: [
      {
        expr: quantile(0.95, of(BUCKETS, SERVER, TOOL), RATE_INTERVAL, "gen_ai_tool_name"),
        legend: "{{gen_ai_tool_name}}",
        exemplars: true,
      },
    ],
    links: [toTraces('{span.gen_ai.tool.name="${__field.labels.gen_ai_tool_name}"}')],
  });
}

export function sent(): Placeable {
  const count = of(part(METRIC.clientOperation, "count"), SERVER);
  return graph({
    title: "What servers send",
    description: `Requests and notifications to clients per second. ${NEEDS}`,
    unit: "reqps",
    queries: [{ expr: sum(rate(count), "mcp_method_name"), legend: "{{mcp_method_name}}" }],
    isStacked: true,
  });
}

export function sessions(): Placeable {
  const at = (q: number) => quantile(q, of(part(METRIC.serverSession, "bucket"), SERVER), RATE_INTERVAL);
  return graph({
    title: "How long sessions lasted",
    description: `Sessions that ended, of revisions before 2026-07-28. Empty while none ends. ${NEEDS}`,
    unit: "s",
    queries: [
      { expr: at(0.5), legend: "p50" },
      { expr: at(0.95), legend: "p95" },
    ],
    colours: QUANTILE_COLOUR,
  });
}
