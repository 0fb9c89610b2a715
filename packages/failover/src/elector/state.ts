import type { Grant, LeaseHolder } from "../lease-store.ts";
import type { NodeMemory } from "../node.ts";
import type { RequestAnswer } from "../requests.ts";
import type { Timing } from "../timing.ts";
import type { Phase, Why } from "../transition.ts";

/** What does not change in the life of a node. */
export interface Settings {
  readonly node: string;
  /** See `holderOf()`. */
  readonly holder: string;
  readonly timing: Timing;
  readonly priority: number;
  readonly maxSyncLagMs: number | undefined;
  readonly health: { readonly failures: number; readonly of: number; readonly passes: number };
  /** A fence hook must succeed before promotion (R11). */
  readonly fencing: boolean;
}

/** A lease in this node's hands. All times are monotonic milliseconds. */
export interface Tenure {
  readonly grant: Grant;
  /** When the last request that gave or lengthened the lease was made. */
  readonly askedAt: number;
  /** Until when this node may lead (R1). */
  readonly deadline: number;
  /** When to renew next; `Infinity` when it is not to be renewed any more. */
  readonly renewAt: number;
  readonly renewing: boolean;
}

/** What a phase knows besides; the words are those of `Phase`. */
export type Stand =
  | { readonly phase: "standby" }
  | { readonly phase: "acquiring" }
  | {
      readonly phase: "preparing";
      readonly tenure: Tenure;
      readonly persisted: boolean;
      readonly fenced: boolean;
      readonly prepareBy: number;
    }
  | { readonly phase: "leading"; readonly tenure: Tenure }
  | { readonly phase: "draining"; readonly tenure: Tenure; readonly drainBy: number; readonly why: Why }
  | { readonly phase: "releasing"; readonly grant: Grant; readonly by: number }
  | { readonly phase: "closed" };

/** Who may apply first, and until when that counts. */
export interface Named {
  readonly requestId: string;
  readonly by: string;
  readonly candidate: string;
  readonly until: number;
  readonly force: boolean;
}

export interface State {
  readonly settings: Settings;
  readonly stand: Stand;
  /** Since when it stands there. */
  readonly since: number;
  readonly memory: NodeMemory;
  /** The last token this life was granted. Once it was given back it is never led with again: the release may still be on its way. */
  readonly mine: bigint | undefined;
  /** Who held the lease at the last answer; `free` since when this node knows it to be free. */
  readonly seen: { readonly holder: LeaseHolder | undefined; readonly freeSince: number | undefined };
  readonly readAt: number;
  readonly reading: boolean;
  readonly coolUntil: number;
  /** The store gives smaller tokens than were seen before: not applied for before this time. */
  readonly behindUntil: number;
  readonly named: Named | undefined;
  readonly healthy: boolean;
  /** The last probes, the newest last. */
  readonly probes: readonly ("passing" | "failing")[];
  readonly syncLagMs: number | undefined;
  /** Since when this node distrusts its clock (R5). */
  readonly tiltedAt: number | undefined;
  readonly closing: boolean;
  /** 0 to 1, from the shell: spreads the applications of several nodes. */
  readonly jitter: number;
  readonly answers: readonly { readonly id: string; readonly answer: RequestAnswer }[];
  readonly answeredAt: number | undefined;
  readonly renewFailures: number;
}

export type StandOf<P extends Phase> = Extract<Stand, { phase: P }>;

/** R7: a node is a standby at boot, whatever it was before. */
export function opening(settings: Settings, memory: NodeMemory | undefined, now: number): State {
  return {
    settings,
    stand: { phase: "standby" },
    since: now,
    memory: memory ?? { highestToken: 0n, paused: false },
    mine: undefined,
    seen: { holder: undefined, freeSince: undefined },
    readAt: now,
    reading: false,
    coolUntil: Number.NEGATIVE_INFINITY,
    behindUntil: Number.NEGATIVE_INFINITY,
    named: undefined,
    healthy: false,
    probes: [],
    syncLagMs: undefined,
    tiltedAt: undefined,
    closing: false,
    jitter: 0,
    answers: [],
    answeredAt: undefined,
    renewFailures: 0,
  };
}

/** The lease this node has, if it has one that may still be renewed. */
export function tenureOf(state: State): Tenure | undefined {
  return "tenure" in state.stand ? state.stand.tenure : undefined;
}

/** Whether this node may lead at this moment: a matter of time, not of timers that may be late (R1, R2, R5). */
export function leads(state: State, now: number): boolean {
  const { stand } = state;
  const serving = stand.phase === "leading" || stand.phase === "draining";
  return serving && state.tiltedAt === undefined && now < stand.tenure.deadline;
}
