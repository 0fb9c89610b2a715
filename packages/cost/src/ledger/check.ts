import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { CheckResult } from "./check-thread.ts";

/** What is wrong with a file; undefined for one that is sound. It is read whole, so this happens in a thread of its own. Rejects when it cannot be read. */
export async function damageOf(file: string): Promise<string | undefined> {
  // Beside the sources it is a .ts file, in the package a .js file. Of the process's own flags none apply to it.
  const isSource = import.meta.url.endsWith(".ts");
  const thread = isSource
    ? new URL("./check-thread.ts", import.meta.url)
    : new URL("./check-thread.js", import.meta.url);
  const worker = new Worker(thread, { workerData: file, execArgv: [], env: {}, name: "mcp-ops-ledger-check" });
  try {
    const [result] = (await once(worker, "message")) as [CheckResult];
    if (result.error !== undefined) throw Object.assign(new Error(result.error.message), result.error);
    return result.damage;
  } finally {
    await worker.terminate();
  }
}
