import type { HttpLine } from "@mcp-ops/tap";
import type { Upstream, Upstreams } from "../http/upstreams.ts";
import type { FindWays } from "../http/way.ts";
import { FollowWay } from "./follow-way.ts";
import { Follower } from "./follower.ts";
import type { MovingSession } from "./moving-session.ts";
import { DEFAULT_HOLD_MS, DEFAULT_MAX_HELD, type FollowOptions } from "./options.ts";
import { WaitingRoom } from "./waiting-room.ts";

/** What a proxy that follows a role counts, since it was opened. */
export interface FollowFigures {
  /** Node to which requests go; undefined while nobody leads. */
  readonly primary: string | undefined;
  /** Held now. */
  readonly held: number;
  /** Requests that were held for a time. */
  readonly heldRequests: number;
  /** Turned away for want of time or room. Nothing of them has been done. */
  readonly turnedAway: { readonly time: number; readonly room: number };
  /** Sent again after a node had refused them before it did anything. */
  readonly sentAgain: number;
  /** Their answer was lost with a node: they may have run. */
  readonly lost: number;
  readonly movedSessions: number;
  readonly reopenedStreams: number;
}

/** What the requests share of a proxy that follows a role. */
export class Following {
  readonly follower: Follower;
  readonly room: WaitingRoom;
  readonly holdMs: number;
  readonly rewriteHost: boolean;
  readonly sessions: WeakMap<HttpLine, MovingSession> = new WeakMap();
  /** Streams of the older transport cannot move: what belongs to them goes where they are. */
  readonly fixed: WeakMap<HttpLine, Upstream> = new WeakMap();
  /** Open requests that listen. */
  readonly listeners: Set<FollowWay> = new Set();
  /** Requests that wait until their session has been opened at another server. */
  readonly movers: Set<FollowWay> = new Set();
  readonly counts = {
    heldRequests: 0,
    turnedAway: { time: 0, room: 0 },
    sentAgain: 0,
    lost: 0,
    movedSessions: 0,
    reopenedStreams: 0,
  };
  readonly findWays: FindWays = (traveller) => new FollowWay(traveller, this);

  /** The upstreams are those of the nodes, in their order. @throws OpsError `GUARD_ROLE_ADDRESS` */
  constructor(upstreams: Upstreams, options: FollowOptions, rewriteHost: boolean) {
    this.holdMs = options.holdMs ?? DEFAULT_HOLD_MS;
    this.rewriteHost = rewriteHost;
    this.room = new WaitingRoom(options.maxHeld ?? DEFAULT_MAX_HELD);
    const nodes = options.nodes.map((node, at) => ({ node, upstream: upstreams.all[at] as Upstream }));
    this.follower = new Follower(nodes, options, () => this.#changed());
  }

  figures(): FollowFigures {
    const { turnedAway } = this.counts;
    const primary = this.follower.leading?.node.node.name;
    return { ...this.counts, turnedAway: { ...turnedAway }, primary, held: this.room.size };
  }

  close(): void {
    this.follower.close();
    this.room.close();
  }

  #changed(): void {
    const { leading } = this.follower;
    if (leading === undefined) return;
    for (const listener of [...this.listeners]) listener.follow(leading.node.upstream);
    // Who led before may never answer them.
    for (const mover of [...this.movers]) mover.find();
    this.room.open();
  }
}
