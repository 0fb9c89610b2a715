import type { AuditHead, OpsError } from "@mcp-ops/formats";
import type { Entry } from "./entry.ts";

/** What goes to the disk at once. */
export interface Batch {
  readonly entries: readonly Entry[];
  /** Exchanges before the end of this batch that have no record. */
  readonly dropped: number;
}

/** What still waits when the log is closed. */
export type LastWords = Batch;

/** What the writer's thread is told. One batch is under way at a time. */
export type ToWriter =
  /** `retold`: to a thread that died, which may have written part of it; it may be why, and then the rest is given up. */
  | (Batch & { readonly kind: "batch"; readonly durable: boolean; readonly retold: false | "write" | "give up" })
  | (LastWords & { readonly kind: "close" });

/** What it tells. */
export type FromWriter =
  | { readonly kind: "head"; readonly head: AuditHead }
  /** `lost`: so many of the batch were given up, and the chain says so. */
  | { readonly kind: "written"; readonly head: AuditHead; readonly tookMs: number; readonly lost: number }
  /** Nothing of the batch is written; it will be tried again. */
  | { readonly kind: "failed"; readonly reason: string; readonly message: string }
  | { readonly kind: "fault"; readonly code: OpsError["code"]; readonly message: string }
  /** `isInOrder`: a stop record ends the chain. `unwritten`: entries, of the batch under way and the last words, that have no record. */
  | {
      readonly kind: "closed";
      readonly head: AuditHead | undefined;
      readonly unwritten: number;
      readonly isInOrder: boolean;
    };

/** How far closing has come, for a thread that waits without its event loop. */
export const CLOSING = { underWay: 0, inOrder: 1, inDisorder: 2 } as const;
