import type { JournalStatus, LEDGER_LOST, TokenMethod } from "@mcp-ops/formats";
import type { Tokens } from "./money/tokens.ts";

/** A version of the price book by its name, and the minute since 1970 from which it holds. */
export interface PriceCut {
  readonly fromMinute: number;
  readonly price: string;
}

/** What a day took, in integers and without money: money is made of it with a price book, now or again later. */
export interface DayQuantities {
  /** `2026-11-21`, in this zone. */
  readonly day: string;
  /** IANA name. A day that was booked in another zone keeps it, once its minutes are gone. */
  readonly timeZone: string;
  /** Minutes since 1970; `to` is not in it. A day has 1 380 to 1 500 of them where the clocks change. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** The day is over, and what the servers had still to write about it has been read. */
  readonly isComplete: boolean;
  /** One for each version of the price book that was in force, in order; one called "" where there is no book. */
  readonly segments: readonly SegmentQuantities[];
  readonly lost: LostCounts;
}

/** Exchanges that no row has, by why. `garbage`: lines of a journal that could not be read, or were of another time. */
export type LostCounts = Readonly<Record<(typeof LEDGER_LOST)[number], number>>;

/** The part of a day in which one version of the price book was in force. */
export interface SegmentQuantities extends PriceCut {
  readonly toMinute: number;
  readonly servers: readonly ServerQuantities[];
  /** What the machine has and no server took or had reserved; undefined where nobody said that the machine is to be paid whole. */
  readonly machine: MachineQuantities | undefined;
}

/** CPU time in microseconds of one core, memory in bytes times milliseconds. */
export interface Compute {
  readonly cpuUs: bigint;
  readonly memoryByteMs: bigint;
}

export interface ServerQuantities {
  readonly server: string;
  /** What was measured, of all processes of this name. */
  readonly used: Compute;
  /** What was reserved: by the config, or by the limits of the cgroup. Zero where nobody did. */
  readonly allocated: Compute;
  /** Sum over the minutes of max(0, allocated − used). `used + idle` is what is to be paid: the sum of max(allocated, used). */
  readonly idle: Compute;
  readonly storageByteMs: bigint;
  /** Undefined where it cannot be known: without a network namespace of its own a process has no counters. */
  readonly network: { readonly receivedBytes: bigint; readonly sentBytes: bigint } | undefined;
  readonly disk: { readonly readBytes: bigint; readonly writtenBytes: bigint } | undefined;
  readonly coverage: Coverage;
  /** By method, target, status and principal, which together are all of it. */
  readonly uses: readonly UseQuantities[];
  /** The same exchanges once more, by session. Kept as long as the minutes are; empty after that. */
  readonly sessions: readonly SessionQuantities[];
  /** The newest listing of the tools that was known at the end of the segment. */
  readonly definitions: DefinitionQuantities | undefined;
}

/** What the machine has, how much of it the servers took or had reserved, and the rest, each as a sum over the minutes. */
export interface MachineQuantities {
  readonly has: Compute;
  readonly taken: Compute;
  /** Sum over the minutes of max(0, has − taken). */
  readonly idle: Compute;
}

/** How well `used` is known. */
export interface Coverage {
  /** Time for which both CPU time and memory are known, of all processes together. */
  readonly measuredMs: number;
  /** Time for which only CPU time is known, because nobody looked for too long. Its memory is not in `used`. */
  readonly gapMs: number;
  /** What memory would have been if it had stayed at the larger of what it was before and after: the size of what may be missing. */
  readonly gapByteMs: bigint;
  /** Time before the end of processes that nobody saw any more. At most this, times the cores, is missing in CPU time. */
  readonly unseenMs: number;
  /** Part of `used.cpuUs` that is made of shares seen now and then, for want of a counter: an estimate. */
  readonly sampledCpuUs: bigint;
}

/** What is counted of exchanges. */
export interface UseCounts {
  readonly count: number;
  readonly durationUs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Tokens of the results by how they were counted. */
  readonly tokens: Tokens;
  /** CPU time of those that ran alone, and how many these were. Shares of the server's are made of it. */
  readonly cpu: { readonly us: number; readonly calls: number };
}

export interface UseQuantities extends UseCounts {
  readonly method: string;
  /** Empty where the method has none; `_other` where there were too many. */
  readonly target: string;
  readonly status: JournalStatus;
  /** Undefined where nobody had to say who they are; `_other` where there were too many. */
  readonly principal: string | undefined;
}

export interface SessionQuantities extends Pick<UseCounts, "count" | "tokens"> {
  /** Digest of the session's id; `_other` where there were too many. Exchanges without a session are in no row. */
  readonly session: string;
  readonly method: string;
  readonly target: string;
}

export interface DefinitionQuantities {
  /** When it was listed. */
  readonly minute: number;
  readonly method: TokenMethod;
  readonly tokens: number;
  readonly tools: readonly (readonly [target: string, tokens: number])[];
}

/** A minute of a server, for advice. */
export interface UsagePoint {
  readonly minute: number;
  readonly cpuUs: number;
  /** How much of the minute was measured, of all its processes together: cores = cpuUs / measuredMs / 1000 times the processes. */
  readonly measuredMs: number;
  /** Largest working set that was seen, of all its processes together; undefined where none was seen. */
  readonly memoryBytes: number | undefined;
}

/** A minute of exchanges that ended alike, for objectives. */
export interface OutcomeRow {
  readonly minute: number;
  readonly server: string;
  readonly method: string;
  readonly target: string;
  readonly status: JournalStatus;
  readonly count: number;
  /** Pairs of a bucket (`latencyBucketUs`) and how many ended in it, ascending. */
  readonly latencies: readonly (readonly [bucketUs: number, count: number])[];
}

/** The same of a whole day, kept longer than the minutes. */
export interface OutcomeDay extends Omit<OutcomeRow, "minute"> {
  readonly day: string;
}
