import type { RoleDocument } from "@mcp-ops/formats";

/** What a gate knows of the node's role at this moment, without waiting. */
export interface RoleView {
  /** Monotonic time (`performance.now()`) until which this process may lead; 0 on a standby. */
  readonly leadsUntil: number;
  /** What the agent said last; undefined before it said anything. */
  readonly said: RoleDocument | undefined;
  /** Aborts when this process may no longer lead. Another one for each time it leads; undefined on a standby. */
  readonly reign: AbortSignal | undefined;
}

/** Whether a call that changes something may begin now. Looks at the clock. */
export function isTaking(role: RoleView): boolean {
  return role.reign !== undefined && role.said?.draining !== true;
}
