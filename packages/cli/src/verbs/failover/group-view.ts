import type { AdminClient } from "@mcp-ops/sidecar";
import { granted } from "../../asking.ts";

/** As much of a node's view as is shown. A node that cannot be asked has its trouble only. */
export interface View {
  readonly role?: string;
  readonly phase?: string;
  readonly token?: string;
  readonly remainingMs?: number;
  readonly draining?: boolean;
  readonly healthy?: boolean;
  readonly syncLagMs?: number;
  readonly paused?: boolean;
  readonly reasons?: readonly string[];
  readonly trouble?: string;
  readonly content?: boolean;
  readonly message?: string;
  readonly scheduled?: Scheduled | null;
}

/** A switchover for later. The node that led when it was planned has it. */
interface Scheduled {
  readonly at: string;
  readonly leader: string;
  readonly candidate?: string;
}

/** What a node says of itself and the others. */
export interface GroupView extends View {
  readonly group: string;
  readonly content: boolean;
  readonly message: string;
  readonly timing: { readonly ttlMs: number; readonly coolDownMs: number };
  readonly store: { readonly kind: string; readonly singleArbiter: boolean };
  readonly members: Readonly<Record<string, View>>;
}

export async function groupView(client: AdminClient): Promise<GroupView> {
  return granted(await client.ask("GET", "/failover?members=1")) as unknown as GroupView;
}

export function scheduledIn({ members }: GroupView): readonly Scheduled[] {
  return Object.values(members).flatMap(({ scheduled }) => scheduled ?? []);
}

/** Who leads and takes new calls. */
export function leadersOf({ members }: GroupView): readonly string[] {
  return Object.entries(members).flatMap(([name, { role, draining = false, remainingMs = 0 }]) =>
    role === "primary" && !draining && remainingMs > 0 ? [name] : [],
  );
}
