import { type AuditLog, auditLog } from "@mcp-ops/kit";
import { SERVER_NAME } from "./server.ts";

export interface DemoAudit extends AsyncDisposable {
  readonly folder: string;
  readonly log: AuditLog;
}

export function demoAudit(folder: string): DemoAudit {
  const log = auditLog({ server: SERVER_NAME, folder });
  return { folder, log, [Symbol.asyncDispose]: () => log.close() };
}
