import type { RoleDocument } from "@mcp-ops/formats";
import type { Upstream } from "../http/upstreams.ts";
import { AgentWatch } from "./agent-watch.ts";
import { type Leading, leaderOf } from "./leader.ts";
import { DEFAULT_FOLLOW_POLL_MS, type FollowedNode, type FollowOptions } from "./options.ts";

/** A node, and the way to its server. */
export interface Followed {
  readonly node: FollowedNode;
  readonly upstream: Upstream;
}

interface Heard extends Followed {
  said: RoleDocument | undefined;
}

/** Knows who leads, as far as the agents have said. It is no gate: a server that may not change anything has one of its own. */
export class Follower {
  readonly #nodes: readonly Heard[];
  readonly #watches: readonly AgentWatch[];
  readonly #onChange: () => void;
  readonly #onPrimary: (name: string | undefined) => void;
  #leading: Leading<Followed> | undefined;

  /** `onChange` is called when another node leads, or none. @throws OpsError `GUARD_ROLE_ADDRESS` */
  constructor(nodes: readonly Followed[], options: FollowOptions, onChange: () => void) {
    const { pollMs = DEFAULT_FOLLOW_POLL_MS, onWarning = () => {}, onPrimary = () => {} } = options;
    this.#onChange = onChange;
    this.#onPrimary = onPrimary;
    this.#nodes = nodes.map((node) => ({ ...node, said: undefined }));
    this.#watches = this.#nodes.map((heard) => {
      const onWord = (said: RoleDocument) => {
        heard.said = said;
        this.#look();
      };
      return new AgentWatch(heard.node, pollMs, onWord, onWarning);
    });
  }

  /** Settles when every agent has been asked once. */
  get asked(): Promise<unknown> {
    return Promise.all(this.#watches.map(({ asked }) => asked));
  }

  get leading(): Leading<Followed> | undefined {
    return this.#leading;
  }

  /** Its server cannot be reached, or refuses as one that does not lead: what its agent said before does not count any more. */
  doubt(upstream: Upstream): void {
    for (const heard of this.#nodes) if (heard.upstream === upstream) heard.said = undefined;
    this.#look();
  }

  close(): void {
    for (const watch of this.#watches) watch.close();
  }

  #look(): void {
    const before = this.#leading;
    const now = leaderOf(this.#nodes.map((heard) => ({ node: heard as Followed, said: heard.said })));
    if (before?.node === now?.node && before?.token === now?.token) return;
    this.#leading = now;
    this.#onPrimary(now?.node.node.name);
    this.#onChange();
  }
}
