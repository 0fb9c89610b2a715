import type { OnProgress } from "../progress.ts";

export interface CreateOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number;
  /** Read the backup again before it becomes visible. Default true; without it, `verify` has to be run later. */
  readonly verify?: boolean;
}
