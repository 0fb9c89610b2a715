import { randomUUID } from "node:crypto";
import type { Settings } from "../elector/state.ts";
import { failoverError } from "../errors.ts";
import { holderOf } from "../holder.ts";
import type { NodeOptions } from "../node.ts";
import { checkTiming } from "../timing.ts";

/** 3 failures of the last 3 probes, 2 passes in a row: what load balancers use. */
export const DEFAULT_HEALTH: NonNullable<NodeOptions["health"]> = { failures: 3, of: 3, passes: 2 };
export const DEFAULT_PRIORITY = 100;
/** The highest; also bounds the delay of lower ones. */
const MAX_PRIORITY = 100;

/** @throws OpsError FAILOVER_TIMING_INVALID, FAILOVER_OPTIONS_INVALID */
export function settingsOf(options: NodeOptions): Settings {
  const { node, group, timing, store, maxSyncLagMs } = options;
  const { health = DEFAULT_HEALTH, priority = DEFAULT_PRIORITY } = options;
  checkTiming(timing, store.caps.minTtlMs);
  must(node !== "" && !node.includes("/"), `node is a name without a slash, not "${node}"`);
  must(group !== "", "group must have a name");
  must(
    Number.isInteger(priority) && priority >= 0 && priority <= MAX_PRIORITY,
    `priority is 0 to ${MAX_PRIORITY}, not ${priority}`,
  );
  must(maxSyncLagMs === undefined || maxSyncLagMs > 0, `maxSyncLagMs must be more than 0, not ${maxSyncLagMs}`);
  const { failures, of, passes } = health;
  must(
    [failures, of, passes].every((one) => Number.isInteger(one) && one >= 1),
    "health counts from 1",
  );
  must(failures <= of && of <= 100 && passes <= 100, "health.failures is at most health.of; 100 is the most of each");
  const holder = holderOf(node, randomUUID());
  return { node, holder, timing, priority, maxSyncLagMs, health, fencing: options.fence !== undefined };
}

function must(holds: boolean, text: string): void {
  if (!holds) throw failoverError("FAILOVER_OPTIONS_INVALID", `openNode(): ${text}.`);
}
