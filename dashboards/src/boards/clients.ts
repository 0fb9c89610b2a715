/** Who asks and how, as far as metrics may say it. */
import { METRIC } from "@mcp-ops/formats";
import { graph } from "../panels/graph.ts";
import { OUTCOME_COLOURS, type Placeable } from "../panels/panel.ts";
import { stat } from "../panels/stat.ts";
import { increase, of, part, quantile, RATE_INTERVAL, rate, SERVER, share, sum } from "../queries.ts";

const HANDSHAKES = 'method=~"initialize|server/discover"';

export function refused(): Placeable {
  return stat({
    title: "Refused by gates, 1 h",
    description:
      "Requests of the last hour that a gate, HTTP 401 or 403 refused. Many at once: a token has run out, or somebody tries doors.",
    unit: "none",
    decimals: 0,
    expr: `${sum(increase(of(METRIC.requests, SERVER, 'status="denied"'), "1h"))} or 0 * ${sum(increase(of(METRIC.requests, SERVER), "1h"))}`,
    none: "no requests",
  });
}

export function callersWrong(): Placeable {
  const wrong = sum(increase(of(METRIC.errors, SERVER, 'category="client"'), "1h"));
  return stat({
    title: "Callers at fault, 1 h",
    description:
      "Share of the requests of the last hour that ended badly by the caller's fault: wrong arguments, unknown tools, cancelled.",
    unit: "percentunit",
    decimals: 1,
    expr: share(wrong, sum(increase(of(METRIC.requests, SERVER), "1h"))),
    none: "no requests",
    trend: true,
  });
}

export function callerFaults(): Placeable {
  return graph({
    title: "What callers do wrong",
    description:
      "Requests per second that failed by the caller's fault, by type. Many unknown tools: a client goes by an old list. Empty when all is well.",
    unit: "reqps",
    queries: [{ expr: sum(rate(of(METRIC.errors, SERVER, 'category="client"')), "type"), legend: "{{type}}" }],
    colours: OUTCOME_COLOURS,
    isStacked: true,
  });
}

export function refusals(): Placeable {
  return graph({
    title: "Refused, by method and tool",
    description:
      "Requests per second that a gate, HTTP 401 or 403 refused, by what was asked for. Empty when nothing was.",
    unit: "reqps",
    queries: [
      {
        expr: sum(rate(of(METRIC.requests, SERVER, 'status="denied"')), "method", "target"),
        legend: "{{method}} {{target}}",
      },
    ],
    isStacked: true,
  });
}

export function handshakes(): Placeable {
  return graph({
    title: "Handshakes",
    description:
      "Clients that begin: initialize, or server/discover from 2026-07-28 on. Many from few clients: one starts again and again.",
    unit: "reqps",
    queries: [
      { expr: sum(rate(of(METRIC.requests, SERVER, HANDSHAKES)), "server", "method"), legend: "{{server}} {{method}}" },
    ],
  });
}

export function connections(): Placeable {
  return graph({
    title: "Connections by kind",
    description: "Sessions and streams over HTTP, pipes, and connections in memory.",
    unit: "short",
    queries: [{ expr: sum(of(METRIC.connections, SERVER), "server", "kind"), legend: "{{server}} {{kind}}" }],
    isStacked: true,
  });
}

export function sessionLengths(): Placeable {
  const at = (q: number) => quantile(q, of(part(METRIC.serverSession, "bucket"), SERVER), RATE_INTERVAL);
  return graph({
    title: "How long sessions lasted",
    description:
      "Sessions that ended, of revisions before 2026-07-28; from then on the protocol has none. Five minutes is the last bucket. Empty while none ends.",
    unit: "s",
    queries: [
      { expr: at(0.5), legend: "p50" },
      { expr: at(0.95), legend: "p95" },
    ],
  });
}

export function askedBack(): Placeable {
  return graph({
    title: "What servers ask clients",
    description:
      "Sampling, elicitation, roots: requests from the server to its client, by how they ended. Empty when servers ask nothing.",
    unit: "reqps",
    queries: [{ expr: sum(rate(of(METRIC.serverRequests, SERVER)), "status"), legend: "{{status}}" }],
    colours: OUTCOME_COLOURS,
    isStacked: true,
  });
}

export function durationOfAskedBack(): Placeable {
  const buckets = of(part(METRIC.clientOperation, "bucket"), SERVER);
  return graph({
    title: "How long clients take, p95",
    description:
      "What servers send to clients, until it is answered or delivered: requests and notifications. People who are asked take their time.",
    unit: "s",
    queries: [{ expr: quantile(0.95, buckets, RATE_INTERVAL, "mcp_method_name"), legend: "{{mcp_method_name}}" }],
  });
}

export function strangers(): Placeable {
  return graph({
    title: "Refused by sidecars",
    description:
      "Requests that the admin listener of a sidecar refused: an unknown host name, no token or a wrong one, too many wrong ones. Needs mcp-ops sidecar.",
    unit: "reqps",
    queries: [{ expr: sum(rate(of(METRIC.adminRefusals)), "reason"), legend: "{{reason}}" }],
  });
}
