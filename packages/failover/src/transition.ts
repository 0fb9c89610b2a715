/**
 * Where a node stands in an election.
 * - `standby`: looks at the lease, and applies when it is free and the node eligible
 * - `acquiring`: has asked for the lease, and does not know yet
 * - `preparing`: has the lease, and leads when its token is remembered on disk and the fence hook has succeeded
 * - `leading`
 * - `draining`: takes no new calls; those in flight may end, until the lease's deadline
 * - `releasing`: has stopped, and gives the lease back
 * - `closed`: gone for good
 */
export type Phase = "standby" | "acquiring" | "preparing" | "leading" | "draining" | "releasing" | "closed";

/** Why something changed. A label: few values, never a name that a client can choose. */
export type Why =
  | "boot"
  | "lease-free"
  | "named"
  | "promoted"
  | "store-silent"
  | "deadline"
  | "lost"
  | "health"
  | "switchover"
  | "shutdown"
  | "drained"
  | "drain-unconfirmed"
  | "released"
  | "token-went-back"
  | "persist-failed"
  | "fence-failed"
  | "tilt"
  | "confirmed"
  | "paused"
  | "resumed";

/** One change of a node, for the history (R12). */
export interface Transition {
  readonly group: string;
  readonly node: string;
  /** Time of day, ISO 8601 in UTC: for people only, nothing is decided by it. */
  readonly at: string;
  readonly from: Phase;
  readonly to: Phase;
  readonly why: Why;
  /** What happened, and what to do where something is to be done. One sentence or two. */
  readonly text: string;
  /** Fencing token, decimal: of the lease this is about, else the highest this node has seen. */
  readonly token: string;
  /** Who holds the lease, as far as this node knows. */
  readonly holder?: string;
  /** Who asked for it, and under what id, where somebody did. */
  readonly by?: string;
  readonly requestId?: string;
  /** How long the node was in `from`. */
  readonly afterMs: number;
}
