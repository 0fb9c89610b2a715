/** A node of a group, as a proxy sees it that follows the group's role. */
export interface FollowedNode {
  /** Its name in the group. */
  readonly name: string;
  /** URL of its MCP server. */
  readonly url: string;
  /** Its agent, the listener `probes` of the sidecar: a URL (path `/role` where it has none), or the absolute path of a socket. */
  readonly roleUrl: string;
}

export interface FollowOptions {
  readonly nodes: readonly FollowedNode[];
  /** How long a request is held while nobody leads, in milliseconds. Default 20 000. */
  readonly holdMs?: number | undefined;
  /** Requests held at once. Default 1000. */
  readonly maxHeld?: number | undefined;
  /** How long to wait between two questions to an agent, in milliseconds. Default 100: that much later a promotion is noticed. */
  readonly pollMs?: number | undefined;
  /** Told, once each time, when an agent cannot be understood or reached. */
  readonly onWarning?: ((error: unknown) => void) | undefined;
  /** Told when another node leads; undefined when none does, or that is not known. */
  readonly onPrimary?: ((name: string | undefined) => void) | undefined;
}

/** A lease of etcd's or Kubernetes' usual 15 s, the election, and some. */
export const DEFAULT_HOLD_MS = 20_000;
/** Each is a client that waits, with a connection of its own. */
export const DEFAULT_MAX_HELD = 1000;
/** Bodies of held requests, all together. */
export const MAX_HELD_BYTES: number = 64 * 1024 * 1024;
export const DEFAULT_FOLLOW_POLL_MS = 100;
