import type { Grant, LeaseHolder } from "../lease-store.ts";
import type { NodeMemory } from "../node.ts";
import type { FailoverRequest, HeadStart, RequestAnswer, SwitchoverRequest } from "../requests.ts";
import type { Phase, Why } from "../transition.ts";

/** What happens to a node. `askedAt` is the monotonic time before the request was made (R1). */
export type Event =
  | { readonly kind: "boot" }
  /** The time that `wakeAt()` said has come. */
  | { readonly kind: "wake" }
  | {
      readonly kind: "seen";
      readonly holder: LeaseHolder | undefined;
      readonly askedAt: number;
      readonly jitter: number;
    }
  | { readonly kind: "read-failed" }
  /** The store says that the lease may have changed hands. */
  | { readonly kind: "stirred" }
  | { readonly kind: "granted"; readonly grant: Grant; readonly askedAt: number }
  | { readonly kind: "held"; readonly by: LeaseHolder; readonly askedAt: number }
  | { readonly kind: "acquire-failed" }
  // What answers for a lease names its token: an answer may come when this node has another one already.
  | { readonly kind: "renewed"; readonly token: bigint; readonly askedAt: number }
  | { readonly kind: "lost"; readonly token: bigint }
  | { readonly kind: "renew-failed"; readonly token: bigint }
  | { readonly kind: "released"; readonly token: bigint }
  | { readonly kind: "release-failed"; readonly token: bigint }
  | { readonly kind: "persisted"; readonly memory: NodeMemory }
  | { readonly kind: "persist-failed"; readonly memory: NodeMemory; readonly text: string }
  | { readonly kind: "fenced"; readonly token: bigint }
  | { readonly kind: "fence-failed"; readonly token: bigint; readonly text: string }
  | { readonly kind: "drained"; readonly token: bigint; readonly confirmed: boolean }
  | { readonly kind: "probed"; readonly probe: "passing" | "failing" }
  | { readonly kind: "lagged"; readonly syncLagMs: number | undefined }
  | { readonly kind: "tilted"; readonly clock: "loop" | "wall"; readonly ms: number }
  | { readonly kind: "switchover"; readonly request: SwitchoverRequest }
  | { readonly kind: "failover"; readonly request: FailoverRequest }
  | { readonly kind: "head-start"; readonly courtesy: HeadStart }
  | { readonly kind: "pause"; readonly by: string }
  | { readonly kind: "resume"; readonly by: string }
  | { readonly kind: "shutdown" };

/** What the shell is to do. Each question to the store, and each `persist`, `fence` and `drain`, comes back as one event. */
export type Effect =
  | { readonly kind: "read" }
  | { readonly kind: "acquire" }
  | { readonly kind: "renew"; readonly grant: Grant }
  | { readonly kind: "release"; readonly grant: Grant }
  | { readonly kind: "persist"; readonly memory: NodeMemory }
  | { readonly kind: "fence"; readonly previous: string | undefined; readonly token: bigint }
  | { readonly kind: "drain"; readonly token: bigint }
  | { readonly kind: "answer"; readonly answer: RequestAnswer }
  | { readonly kind: "record"; readonly entry: Entry };

/** A transition without what the shell knows: group, node and time of day. */
export interface Entry {
  readonly from: Phase;
  readonly to: Phase;
  readonly why: Why;
  readonly text: string;
  readonly token: bigint;
  readonly holder: string | undefined;
  readonly by?: string | undefined;
  readonly requestId?: string | undefined;
  readonly afterMs: number;
}
