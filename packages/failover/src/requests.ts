interface Asked {
  /** Chosen by who asks. The same id again gets the same answer, and nothing happens twice. */
  readonly id: string;
  /** Who asks, for the history. */
  readonly by: string;
  /** Only say what would happen. */
  readonly dryRun?: boolean;
}

/** Hand the lease over, while all is well. */
export interface SwitchoverRequest extends Asked {
  /** The node that leads, as who asks believes. Another one: refused. */
  readonly leader: string;
  /** Without one the first eligible node takes over. */
  readonly candidate?: string;
}

/** Let a node apply first as soon as the lease has run out: for when its holder is gone. Nothing is taken from a holder that renews. */
export interface FailoverRequest extends Asked {
  readonly candidate: string;
  /** The candidate may lead although its data are older than allowed. */
  readonly force?: boolean;
}

/** Another node's word that a switchover is under way: a courtesy, safety rests on the lease alone. */
export interface HeadStart {
  readonly requestId: string;
  /** May be this node: then it applies at once when the lease is free. Others wait `headStartMs` after the lease became free. */
  readonly candidate: string;
}

export type Refusal =
  | "closed"
  | "paused"
  /** Another switchover is under way. */
  | "busy"
  /** This node does not hold the lease: ask the holder. */
  | "not-leading"
  /** Not the node that was named as leader leads. */
  | "other-leader"
  /** The candidate leads already. */
  | "candidate-leads"
  /** This node leads: that is a case for `switchover`. */
  | "leading"
  /** The candidate is this node, and it may not lead now; `reasons` of its status says why. */
  | "not-eligible";

export type RequestAnswer =
  | { readonly kind: "accepted"; readonly text: string }
  | { readonly kind: "refused"; readonly code: Refusal; readonly text: string };
