import type { DependencySummary, HealthSummary } from "@mcp-ops/formats";
import type { HostedStatus } from "./duties/host.ts";

/** How the daemon is. */
export interface Condition {
  readonly isReady: boolean;
  /** Whether it runs on the config as it is on disk. */
  readonly isConfigValid: boolean;
  readonly duties: readonly HostedStatus[];
  /** Files of damaged state that wait for somebody. */
  readonly damagedState: readonly string[];
}

/** The same as words, for everybody. Nothing here makes the daemon unhealthy: whoever restarts it for a duty's sake ends the others. */
export function healthOf({ isReady, isConfigValid, duties, damagedState }: Condition): HealthSummary {
  const dependencies: DependencySummary[] = [
    ...duties.map(({ name, phase, content }) => optional(name, phase === "starting" ? "starting" : word(content))),
    optional("config", word(isConfigValid)),
    optional("state", word(damagedState.length === 0)),
  ];
  const isWell = dependencies.every(({ status }) => status === "up");
  return { schema: 1, status: isWell ? "healthy" : "degraded", ready: isReady, dependencies };
}

function optional(name: string, status: DependencySummary["status"]): DependencySummary {
  return { name, status, criticality: "optional" };
}

function word(isWell: boolean): "up" | "down" {
  return isWell ? "up" : "down";
}
