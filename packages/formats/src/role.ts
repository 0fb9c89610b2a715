/** Version of the role document. */
export const ROLE_SCHEMA = "mcp-ops.role/1";

/** Whether a node leads its group. A node is `standby` from its boot until it holds the lease. */
export type Role = "primary" | "standby";

/**
 * What the agent of a node says of its role, at `GET /role`. Validity is pulled: who asks takes the monotonic time before it asks, and may
 * lead until then plus `remainingMs`. So an answer that lay in a frozen process is too old when it is read.
 */
export interface RoleDocument {
  readonly schema: typeof ROLE_SCHEMA;
  /** The nodes of which one at a time leads. */
  readonly group: string;
  readonly node: string;
  readonly role: Role;
  /** Fencing token, a decimal number below 2^63: of the lease this node holds, else the highest it has seen; `0` before any. */
  readonly token: string;
  /** How long this node may lead, in milliseconds from when it was asked. The margin is taken off. 0 on a standby. */
  readonly remainingMs: number;
  /** A primary that is giving its lease away: new calls are refused, those in flight may end within `remainingMs`. */
  readonly draining?: true;
  /** Who leads, as far as this node knows. `url` stands in the config of the asked node. */
  readonly primary?: { readonly node: string; readonly url?: string };
  /** When asking again makes sense, in milliseconds. */
  readonly retryAfterMs: number;
}
