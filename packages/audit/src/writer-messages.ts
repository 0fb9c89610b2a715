import type { AuditHead, OpsError } from "@mcp-ops/formats";
import type { Entry } from "./entry.ts";

/** What the writer's thread is told. One batch is under way at a time. */
export type ToWriter =
  | { readonly kind: "batch"; readonly entries: readonly Entry[]; readonly dropped: number; readonly durable: boolean }
  | { readonly kind: "close" };

/** What it tells. */
export type FromWriter =
  | { readonly kind: "head"; readonly head: AuditHead }
  | { readonly kind: "written"; readonly head: AuditHead; readonly tookMs: number }
  /** Nothing of the batch is written; it will be tried again. */
  | { readonly kind: "failed"; readonly reason: string; readonly message: string }
  | { readonly kind: "fault"; readonly code: OpsError["code"]; readonly message: string }
  | { readonly kind: "closed"; readonly head: AuditHead | undefined; readonly unwritten: number };
