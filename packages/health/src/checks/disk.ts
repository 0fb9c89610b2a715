import { statfs } from "node:fs/promises";
import { type Check, type CheckOptions, check } from "../check.ts";
import { mebibytes, percent } from "./words.ts";

export interface DiskCheckOptions extends CheckOptions {
  /** A folder on the file system in question. */
  readonly path: string;
  /** Share of the space that must be free for us, 0 to 1. */
  readonly minFreeRatio?: number | undefined;
  /** Bytes that must be free for us. Default: no such demand. */
  readonly minFreeBytes?: number | undefined;
}

/** File systems get slow and fragmented before they get full. */
export const DEFAULT_MIN_FREE_RATIO = 0.05;

/** Whether a file system has room left, in space and in inodes. What is reserved for root does not count. */
export function diskCheck(options: DiskCheckOptions): Check {
  const { path, minFreeRatio = DEFAULT_MIN_FREE_RATIO, minFreeBytes = 0 } = options;
  return check(options, {
    name: "disk",
    target: path,
    async run() {
      const { blocks, bavail, bsize, files, ffree } = await statfs(path);
      const free = bavail * bsize;
      const ratio = blocks === 0 ? 1 : bavail / blocks;
      // Some file systems (btrfs, overlays of it) count no inodes.
      const inodes = files === 0 ? 1 : ffree / files;
      const ok = ratio >= minFreeRatio && free >= minFreeBytes && inodes >= minFreeRatio;
      return { ok, message: `${mebibytes(free)} free (${percent(ratio)}), ${percent(inodes)} of the inodes` };
    },
  });
}
