import { type Check, type CheckOptions, check } from "../check.ts";
import { memoryPressure } from "../memory-pressure.ts";
import { mebibytes, percent } from "./words.ts";

export interface MemoryCheckOptions extends CheckOptions {
  /** Share of the limit that may be in use, 0 to 1. */
  readonly maxUsedRatio?: number | undefined;
  /** Where `/proc` and `/sys` are mounted. Default: `/`. */
  readonly root?: string | undefined;
}

/** Beyond this the kernel kills soon, and garbage collection takes most of the time before. */
export const DEFAULT_MAX_USED_RATIO = 0.9;

/** Whether memory is left below the tightest limit that holds for this process: of its control groups (version 2 or 1), or of the host. */
export function memoryCheck(options: MemoryCheckOptions = {}): Check {
  const { maxUsedRatio = DEFAULT_MAX_USED_RATIO, root = "/" } = options;
  return check(options, {
    name: "memory",
    async run() {
      const { usedBytes, limitBytes, source } = await memoryPressure(root);
      const ratio = usedBytes / limitBytes;
      const message = `${mebibytes(usedBytes)} of ${mebibytes(limitBytes)} (${percent(ratio)}) by ${source}`;
      return { ok: ratio <= maxUsedRatio, message };
    },
  });
}
