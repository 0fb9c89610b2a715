/** Entry of a thread that reads a log whole. It changes nothing. */
import { parentPort, workerData } from "node:worker_threads";
import type { AuditVerdict } from "./verdict.ts";
import { type VerifyOptions, verifyAudit } from "./verify-audit.ts";

/** An error does not keep its code on its way between threads. */
export type VerifyResult = { readonly verdict: AuditVerdict } | { readonly code: string; readonly message: string };

try {
  parentPort?.postMessage({ verdict: await verifyAudit(workerData as VerifyOptions) } satisfies VerifyResult);
} catch (error) {
  const { code, message } = error as { code?: unknown; message?: unknown };
  parentPort?.postMessage({ code: String(code), message: String(message) } satisfies VerifyResult);
}
