import { randomBytes } from "node:crypto";
import { getEnvironmentData, setEnvironmentData, threadId } from "node:worker_threads";
import type { Boot } from "@mcp-ops/formats";

const SHARED = "mcp-ops.boot";

/**
 * This start of this process. All threads share the first eight digits of the boot id, so that the main thread can clean up
 * after workers that are ended without notice; the last four are the thread's own.
 */
export function thisBoot(): Boot {
  let shared = getEnvironmentData(SHARED);
  if (typeof shared !== "string") {
    shared = randomBytes(4).toString("hex");
    setEnvironmentData(SHARED, shared);
  }
  return { pid: process.pid, bootId: `${shared}${(threadId % 0x10000).toString(16).padStart(4, "0")}` };
}

/** Whether both are threads of one process. */
export function sameProcess(a: Boot, b: Boot): boolean {
  return a.pid === b.pid && a.bootId.slice(0, 8) === b.bootId.slice(0, 8);
}
