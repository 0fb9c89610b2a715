import { METRIC } from "@mcp-ops/formats";
import { type Board, evenly, uneven } from "../board.ts";
import { COLOUR } from "../colours.ts";
import { toTool, toTraces } from "../links.ts";
import { graph } from "../panels/graph.ts";
import type { Placeable } from "../panels/panel.ts";
import {
  durationMap,
  durations,
  failingBy,
  failingNow,
  failuresByType,
  outcomes,
  p95By,
  quantileNow,
  rateBy,
  requestRate,
} from "../panels/red.ts";
import { stat } from "../panels/stat.ts";
import { notes } from "../panels/text.ts";
import { timeline } from "../panels/timeline.ts";
import { allTools } from "../panels/tools.ts";
import { CALLS, min, of, own, part, quantile, RATE_INTERVAL, SERVER, sum } from "../queries.ts";
import { datasource, job, server, traces } from "../variables.ts";
import { HEALTH, UP_DOWN } from "../words.ts";
import { restarts, revisions } from "./server-details.ts";

const ALL = { matchers: [SERVER] };
const TOOL_CALLS = { matchers: [SERVER, CALLS] };
const BY_TOOL = { ...TOOL_CALLS, links: [toTool()] };
const TRACED = { ...TOOL_CALLS, links: [toTraces('{span.mcp.method.name="tools/call"}')] };

/** One server, or some: rate, errors and duration by method and by tool, then who is connected. */
export const serverBoard: Board = {
  name: "server",
  title: "MCP / Server",
  description: "Rate, errors and duration of a server by method and by tool, its health and its connections.",
  from: "now-1h",
  variables: [datasource(), job(METRIC.requests), server(), traces()],
  first: [
    evenly(
      4,
      up(),
      health(),
      failingNow(ALL),
      quantileNow(0.95, TOOL_CALLS),
      requestRate(ALL, "Requests"),
      inFlightNow(),
    ),
  ],
  sections: [
    {
      title: "Tools",
      lines: [
        evenly(8, outcomes(TOOL_CALLS), durations(TRACED), durationMap(TOOL_CALLS)),
        uneven(9, [24, allTools(SERVER)]),
      ],
    },
    {
      title: "By tool",
      lines: [
        evenly(
          8,
          rateBy("target", "Calls by tool", BY_TOOL),
          failingBy("target", "Failing by tool", BY_TOOL),
          p95By("target", "p95 by tool", BY_TOOL),
        ),
      ],
    },
    {
      title: "By method",
      lines: [
        evenly(
          8,
          rateBy("method", "Requests by method", ALL),
          failingBy("method", "Failing by method", ALL),
          p95By("method", "p95 by method", ALL),
        ),
        evenly(8, failuresByType(ALL), inFlight(), answerSizes()),
      ],
    },
    {
      title: "Health, sessions and versions",
      lines: [evenly(8, checks(), connections(), revisions()), evenly(8, restarts(), notifications(), guide())],
    },
  ],
};

function up(): Placeable {
  return stat({
    title: "Servers that answer",
    description:
      "Whether every server that is chosen answers its sidecar. Needs mcp-ops sidecar with its duty fleet; what Prometheus scrapes itself has up instead.",
    unit: "short",
    expr: min(of(METRIC.fleetUp, SERVER)),
    words: { 1: ["all up", COLOUR.green], 0: ["not all", COLOUR.red] },
    none: "no sidecar",
  });
}

function health(): Placeable {
  return stat({
    title: "Health",
    description:
      "What the health checks say together, of the worst server that is chosen. Needs health() in the server, or mcp-ops wrap.",
    unit: "short",
    expr: min(own(METRIC.healthStatus, 'check="overall"')),
    words: HEALTH,
    none: "no checks",
  });
}

function inFlightNow(): Placeable {
  return stat({
    title: "In flight",
    description: "Requests being worked on now. Clients that listen for changes are in flight as long as they listen.",
    unit: "short",
    expr: sum(of(METRIC.inFlight, SERVER)),
    trend: true,
    none: "no requests",
  });
}

function inFlight(): Placeable {
  return graph({
    title: "In flight by method",
    description: "Requests being worked on. What only ever grows hangs: look for a tool that waits for something.",
    unit: "short",
    queries: [{ expr: sum(of(METRIC.inFlight, SERVER), "method"), legend: "{{method}}" }],
  });
}

function answerSizes(): Placeable {
  const buckets = of(part(METRIC.responseSize, "bucket"), SERVER);
  return graph({
    title: "Size of answers, p95 by method",
    description:
      "95 of 100 answers were smaller, as JSON before any compression. Large ones fill the context of models.",
    unit: "bytes",
    queries: [{ expr: quantile(0.95, buckets, RATE_INTERVAL, "method"), legend: "{{method}}" }],
  });
}

function checks(): Placeable {
  return timeline({
    title: "Health checks",
    description: "What each check said, and when. Needs health() in the server, or mcp-ops wrap.",
    unit: "short",
    queries: [
      { expr: min(own(METRIC.healthStatus), "server", "check"), legend: "{{server}} {{check}}" },
      { expr: min(of(METRIC.serverUp, SERVER), "server"), legend: "{{server}} runs" },
    ],
    words: { ...HEALTH, 1: ["well", COLOUR.green], 0: ["ill", UP_DOWN[0]?.[1] ?? COLOUR.red] },
  });
}

function connections(): Placeable {
  return graph({
    title: "Connections",
    description: "Connections open now: sessions and streams over HTTP, pipes, and connections in memory.",
    unit: "short",
    queries: [{ expr: sum(of(METRIC.connections, SERVER), "kind"), legend: "{{kind}}" }],
  });
}

function notifications(): Placeable {
  return graph({
    title: "Notifications",
    description:
      "Messages without an answer: inbound from clients, outbound from the server, such as progress and changes.",
    unit: "cps",
    queries: [
      {
        expr: sum(`rate(${of(METRIC.notifications, SERVER)}[${RATE_INTERVAL}])`, "method", "direction"),
        legend: "{{method}} {{direction}}",
      },
    ],
  });
}

function guide(): Placeable {
  return notes(`
- **Begin with tools**: is one of them red or slow? Its name in the table opens it.
- **All tools at once?** Look at *Resources and cost*: memory, event loop.
- **Grey, yellow or blue** in *How requests end* is what callers did or a gate refused.
- **Points on durations** are single calls: click one to open its trace.`);
}
