import { METRIC } from "@mcp-ops/formats";
import type { RuleContext } from "../context.ts";

/** What every watched server and every sidecar shows from its start, whatever else is on. */
export const SHOWN_BY_ALL: readonly string[] = [METRIC.unobserved, METRIC.dutyUp];

/** Binds what any program may show, such as `up`, to targets that are ours. */
export function andOurs({ by, on }: RuleContext): string {
  return `and ${on("instance")} group ${by("instance")} (${SHOWN_BY_ALL.join(" or ")})`;
}
