import type { FollowFigures } from "../follow/following.ts";

/** What a proxy counts of its traffic that no exchange tells. */
export interface ProxyFigures {
  /** Requests with a body that is no JSON-RPC: passed on unread. */
  readonly notRpc: number;
  /** Answers and events that passed unread: too long, or in an encoding nobody asked for. */
  readonly unread: number;
  /** Requests refused before they reached an upstream: by name, length or encoding. */
  readonly refused: number;
  /** Sessions forgotten for want of room. */
  readonly forgottenSessions: number;
  /** Sessions and older streams known now. */
  readonly sessions: number;
  /** Requests and streams open now. */
  readonly open: number;
  /** Where it follows a role. */
  readonly follow?: FollowFigures;
}
