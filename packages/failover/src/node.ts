import type { Role } from "@mcp-ops/formats";
import type { Clock } from "./clock.ts";
import type { LeaseStore } from "./lease-store.ts";
import type { FailoverRequest, HeadStart, RequestAnswer, SwitchoverRequest } from "./requests.ts";
import type { Timing } from "./timing.ts";
import type { Phase, Transition, Why } from "./transition.ts";

/** What a node must know again after a restart. Losing it loses the guard against tokens that go back, and nothing else. */
export interface NodeMemory {
  /** The highest fencing token this node has seen, its own or another's. */
  readonly highestToken: bigint;
  readonly paused: boolean;
}

/** What a fence hook is told (R11). */
export interface FenceOrder {
  /** Who had the lease before, if known. It may be a node that never led, since its own hook failed: when in doubt, fence all others. */
  readonly previous: string | undefined;
  /** The token this node is about to lead with. */
  readonly token: bigint;
  /** Aborts when the hook is no longer wanted. */
  readonly signal: AbortSignal;
}

export interface NodeOptions {
  /** The lease's name. */
  readonly group: string;
  readonly node: string;
  readonly store: LeaseStore;
  /** See `timingOf()`. */
  readonly timing: Timing;
  /** What `persist` was given last, in an earlier life; undefined at the first. */
  readonly memory: NodeMemory | undefined;
  /** Writes it to disk, durably: this node leads with no token before. */
  readonly persist: (memory: NodeMemory) => Promise<void>;
  /** 1 to 100; a higher one applies earlier. 0: never leads. Default 100. */
  readonly priority?: number;
  /** A node whose data are older does not apply. Without it their age does not matter. */
  readonly maxSyncLagMs?: number;
  /** When a server counts as ill and as well again. Default: 3 failures of the last 3 probes, 2 passes in a row. */
  readonly health?: { readonly failures: number; readonly of: number; readonly passes: number };
  /** Must resolve before this node leads; with none there is no fencing (R11). Called each time it takes the lease over. */
  readonly fence?: (order: FenceOrder) => Promise<void>;
  /**
   * Lets the calls in flight end. Resolves `drained` only when every process that was told it may lead has confirmed that it takes no
   * more and has none: only then the lease is given back before its time. `unconfirmed`, a rejection or silence lets it run out.
   */
  readonly drain: (signal: AbortSignal) => Promise<"drained" | "unconfirmed">;
  /** Every change, for the history (R12). */
  readonly onTransition: (transition: Transition) => void;
  /** What a callback of yours threw, or why the store could not be asked. Nothing depends on it. */
  readonly onFault?: (error: unknown) => void;
  readonly clock?: Clock;
  /** 0 to 1, to spread the applications of several nodes. */
  readonly random?: () => number;
}

/** Why a node does not apply for the lease now. */
export type Ineligible =
  | "health"
  | "sync-lag"
  | "priority"
  | "cool-down"
  | "paused"
  | "tilt"
  | "token-went-back"
  | "head-start";

export interface NodeStatus {
  readonly group: string;
  readonly node: string;
  /** `primary` while this node may lead, also while it drains. */
  readonly role: Role;
  readonly phase: Phase;
  /** It is primary, and takes no new calls. */
  readonly draining: boolean;
  /** Of the lease this node leads with, else the highest it has seen; 0 before any. */
  readonly token: bigint;
  /** How long it may lead, from now, margin taken off (R1). 0 on a standby. */
  readonly remainingMs: number;
  /** Who holds the lease, as far as this node knows; this one too. */
  readonly holder: { readonly node: string; readonly token: bigint } | undefined;
  /** Empty when it may apply. */
  readonly reasons: readonly Ineligible[];
  readonly healthy: boolean;
  /** Undefined before it was told. */
  readonly syncLagMs: number | undefined;
  readonly paused: boolean;
  /** Set while this node distrusts its clock, until the store has answered (R5). */
  readonly tilt: boolean;
  /** Since the last answer of the store; undefined before the first. */
  readonly lastStoreAnswerMs: number | undefined;
  /** Renewals that failed in this life. */
  readonly renewFailures: number;
  /** Changes in this life, by reason. */
  readonly transitions: Readonly<Partial<Record<Why, number>>>;
  /** When asking again makes sense. */
  readonly retryAfterMs: number;
}

export interface FailoverNode extends AsyncDisposable {
  status(): NodeStatus;
  /** The result of one probe of the server. Report each; a probe that hangs is to be reported as failing. */
  reportHealth(probe: "passing" | "failing"): void;
  /** How old this node's data are. Undefined: unknown, which is too old where there is a limit. */
  reportSyncLag(ms: number | undefined): void;
  switchover(request: SwitchoverRequest): RequestAnswer;
  failover(request: FailoverRequest): RequestAnswer;
  /** Tells this node of a switchover that another one does. */
  headStart(courtesy: HeadStart): void;
  /** Freezes decisions: a holder keeps renewing whatever its health, and nobody applies (R10). Resolves when it is remembered. */
  pause(by: string): Promise<void>;
  resume(by: string): Promise<void>;
  /** Calls after each change of what `status()` says, but for the passing of time. Returns how to stop it. */
  onChange(listener: () => void): () => void;
  /** Drains, gives the lease back and ends. The store stays open: it is not this node's. */
  [Symbol.asyncDispose](): Promise<void>;
}
