import type { Boot, OpsError } from "@mcp-ops/formats";
import type { TokenizerOptions } from "./tokens/tokenizer.ts";

export interface JournalOptions {
  /** This start of this process, by which its files are named. */
  readonly boot: Boot;
  /** The runtime folder, in which the sidecar makes the folder for journals; may become known later. Default: none, and nothing is written. */
  readonly folder?: string | (() => string | undefined) | undefined;
  /** Whether the CPU time of calls is measured; false where the server runs in another process. Default: true. */
  readonly cpu?: boolean | undefined;
  /** Counts tokens of results with a real tokenizer, in a thread: takes the package `gpt-tokenizer`, and some 70 MB. Default: none, tokens are estimated. */
  readonly tokenizer?: boolean | TokenizerOptions | undefined;
  /** Told, once each time, when a journal cannot be written. */
  readonly onWarning?: ((warning: OpsError) => void) | undefined;
  /** Wall clock in milliseconds, for tests. */
  readonly now?: (() => number) | undefined;
  /** Limits, for tests. */
  readonly limits?: Partial<JournalLimits> | undefined;
}

export interface JournalLimits {
  /** Time from the end of an exchange to when it is counted, in milliseconds: several are counted together. */
  readonly batchMs: number;
  /** Counting gives way to the server after so long. */
  readonly sliceMs: number;
  /** Time between two writes. */
  readonly flushMs: number;
  /** Time between two looks for the folder. */
  readonly lookMs: number;
  readonly maxFileBytes: number;
  readonly maxBytes: number;
}

export const DEFAULT_JOURNAL_LIMITS: JournalLimits = {
  batchMs: 50,
  sliceMs: 5,
  // What a killed process loses at most.
  flushMs: 2_000,
  lookMs: 30_000,
  maxFileBytes: 4 * 1024 * 1024,
  // Hours of the busiest server there is, while no sidecar reads.
  maxBytes: 32 * 1024 * 1024,
};
