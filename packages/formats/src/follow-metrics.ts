import type { LabelRow, MetricRow } from "./metric-row.ts";

/** The names of what a proxy shows that follows the role of a group. */
export const FOLLOW_METRIC = {
  followPrimary: "mcp_ops_follow_primary",
  followHeld: "mcp_ops_follow_held",
  followHeldRequests: "mcp_ops_follow_held_requests_total",
  followTurnedAway: "mcp_ops_follow_turned_away_total",
  followSentAgain: "mcp_ops_follow_sent_again_total",
  followLost: "mcp_ops_follow_lost_total",
  followMovedSessions: "mcp_ops_follow_moved_sessions_total",
  followReopenedStreams: "mcp_ops_follow_reopened_streams_total",
  followSessions: "mcp_ops_follow_sessions",
  followForgottenSessions: "mcp_ops_follow_forgotten_sessions_total",
} as const;

/** Why a proxy that follows a role turned a request away, of which nothing had been done. */
export const TURNED_AWAY_FOR = ["time", "room"] as const;

export type TurnedAwayFor = (typeof TURNED_AWAY_FOR)[number];

const NODE: LabelRow = { name: "node", bound: "nodes given to the proxy" };
const WHY: LabelRow = { name: "why", values: TURNED_AWAY_FOR, bound: "limits of holding" };

/** What a proxy that follows a role adds. */
export const FOLLOW_METRICS: readonly MetricRow[] = [
  row("gauge", "followPrimary", "1 for the node to which requests go, 0 for the others.", NODE),
  row("gauge", "followHeld", "Requests held now, because nobody leads."),
  row("counter", "followHeldRequests", "Requests that were held for a time."),
  row("counter", "followTurnedAway", "Requests turned away because they were held too long, or too many were.", WHY),
  row("counter", "followSentAgain", "Requests sent again, of which a node had done nothing."),
  row(
    "counter",
    "followLost",
    "Requests whose answer was lost with a node: they may have run, and are not sent again.",
  ),
  row("counter", "followMovedSessions", "Sessions opened anew at another node."),
  row("counter", "followReopenedStreams", "Streams opened anew at another node."),
  row(
    "gauge",
    "followSessions",
    "Sessions known now, which can be opened anew elsewhere; and streams of the older HTTP.",
  ),
  row(
    "counter",
    "followForgottenSessions",
    "Sessions forgotten for want of room: with the next leader they begin anew.",
  ),
];

function row(
  type: MetricRow["type"],
  word: keyof typeof FOLLOW_METRIC,
  help: string,
  ...labels: LabelRow[]
): MetricRow {
  return { name: FOLLOW_METRIC[word], family: "follow", type, help, labels };
}
