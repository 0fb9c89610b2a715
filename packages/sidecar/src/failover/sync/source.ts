import type { OpenFile } from "@mcp-ops/backup";

/** A backup that this node should have. */
export interface Offered {
  readonly id: string;
  /** When it was asked for. */
  readonly ageMs: number;
  readonly open: OpenFile;
}

/** Where a standby gets the data of the primary. */
export interface SyncSource extends AsyncDisposable {
  /** Undefined when there is nothing to be had now, and nothing is wrong. */
  newest(set: string, signal: AbortSignal): Promise<Offered | undefined>;
}
