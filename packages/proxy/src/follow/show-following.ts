import { METRIC, TURNED_AWAY_FOR } from "@mcp-ops/formats";
import { defaultMetrics } from "@mcp-ops/kit";
import type { FollowFigures, Following } from "./following.ts";
import type { FollowedNode } from "./options.ts";

type Count = "heldRequests" | "sentAgain" | "lost" | "movedSessions" | "reopenedStreams" | "held";

const FIGURES: Readonly<Record<string, Count>> = {
  [METRIC.followHeld]: "held",
  [METRIC.followHeldRequests]: "heldRequests",
  [METRIC.followSentAgain]: "sentAgain",
  [METRIC.followLost]: "lost",
  [METRIC.followMovedSessions]: "movedSessions",
  [METRIC.followReopenedStreams]: "reopenedStreams",
};

/** What is known of sessions. */
export interface SessionCounts {
  readonly known: () => number;
  readonly forgotten: () => number;
}

/** Shows what a proxy that follows a role has done, as metrics of the process. */
export function showFollowing(following: Following, nodes: readonly FollowedNode[], sessions: SessionCounts): void {
  const metrics = defaultMetrics();
  metrics.show({ name: METRIC.followSessions, read: () => [{ labels: {}, value: sessions.known() }] });
  metrics.show({ name: METRIC.followForgottenSessions, read: () => [{ labels: {}, value: sessions.forgotten() }] });
  const show = (name: string, read: (figures: FollowFigures) => number) =>
    metrics.show({ name, read: () => [{ labels: {}, value: read(following.figures()) }] });
  for (const [name, count] of Object.entries(FIGURES)) show(name, (figures) => figures[count]);
  metrics.show({
    name: METRIC.followTurnedAway,
    read: () => TURNED_AWAY_FOR.map((why) => ({ labels: { why }, value: following.figures().turnedAway[why] })),
  });
  metrics.show({
    name: METRIC.followPrimary,
    read: () =>
      nodes.map(({ name }) => ({ labels: { node: name }, value: following.figures().primary === name ? 1 : 0 })),
  });
}
