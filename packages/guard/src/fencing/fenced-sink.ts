import type { FencedBy } from "@mcp-ops/formats";
import { readEpochFile, writeEpochFile } from "./epoch-file.ts";
import { countingFenced } from "./fenced-writes.ts";
import { type JumpLimits, judgeToken, readToken } from "./judge-token.ts";

export interface FencedSinkOptions extends JumpLimits {
  /** Keeps the highest token seen, so that a restart does not forget it. It belongs beside what is written, on the same disk. */
  readonly file: string;
}

/** Something only the holder of the newest token may write to: R4 of failover. */
export interface FencedSink {
  /** The highest token seen; 0 before any. */
  readonly highest: bigint;
  /**
   * Notes that a write with this token is to be done now. Everything written must be done, or ordered, before anything else runs: between an `admit` and
   * an `await` later a newer writer may have come.
   * @throws OpsError `GUARD_FENCED_STALE`, `GUARD_FENCED_JUMP`, `GUARD_FENCED_TOKEN`, `GUARD_EPOCH_FILE_FAILED`
   */
  admit(token: unknown): void;
}

/** Opens the sink of one process. Several processes that write to one thing need a check where they meet: a database, or one process in front of it. */
export function fencedSink(options: FencedSinkOptions, by: FencedBy = "sink"): FencedSink {
  const { file, ...limits } = options;
  let highest = readEpochFile(file) ?? 0n;
  return {
    get highest() {
      return highest;
    },
    admit(given) {
      countingFenced(by, () => judgeToken(readToken(given), highest, limits));
      const token = readToken(given);
      if (token === highest) return;
      // On disk before anything is written under it.
      writeEpochFile(file, token);
      highest = token;
    },
  };
}
