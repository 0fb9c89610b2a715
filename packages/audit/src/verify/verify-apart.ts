import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { OpsError } from "@mcp-ops/formats";
import type { AuditVerdict } from "./verdict.ts";
import type { VerifyOptions } from "./verify-audit.ts";
import type { VerifyResult } from "./verify-thread.ts";

/**
 * The same as `verifyAudit`, in a thread of its own: for a process that has other things to do while a large log is read. It rejects with
 * an `AbortError` when the signal ends it.
 */
export async function verifyAuditApart(options: VerifyOptions, signal: AbortSignal): Promise<AuditVerdict> {
  // Beside the sources it is a .ts file, in the package a .js file. Of the process's own flags none apply to it.
  const isSource = import.meta.url.endsWith(".ts");
  const thread = isSource
    ? new URL("./verify-thread.ts", import.meta.url)
    : new URL("./verify-thread.js", import.meta.url);
  signal.throwIfAborted();
  const worker = new Worker(thread, { workerData: options, execArgv: [], env: {}, name: "mcp-ops-audit-verify" });
  try {
    const [result] = (await once(worker, "message", { signal })) as [VerifyResult];
    if ("verdict" in result) return result.verdict;
    throw new OpsError(result.code, result.message);
  } finally {
    await worker.terminate();
  }
}
