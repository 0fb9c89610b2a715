import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuditLog, auditLog } from "@mcp-ops/kit";
import { SERVER_NAME } from "./server.ts";

export interface DemoAudit extends AsyncDisposable {
  readonly folder: string;
  readonly log: AuditLog;
}

/** An audit log in a folder of its own, which is removed in the end unless it is to be kept. */
export async function demoAudit(keep: boolean): Promise<DemoAudit> {
  const folder = await mkdtemp(join(tmpdir(), "mcp-ops-demo-"));
  const log = auditLog({ server: SERVER_NAME, folder });
  return {
    folder,
    log,
    async [Symbol.asyncDispose]() {
      await log.close();
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
}
