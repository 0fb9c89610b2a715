import type { AuditLog } from "@mcp-ops/audit";
import { json, plain, type Route } from "./route.ts";

/** `/audit/head`: the newest record of the audit log, for whoever keeps anchors. It tells nothing of what was recorded. */
export function auditRoute(audit: () => Pick<AuditLog, "head"> | undefined): Route {
  return {
    path: "/audit/head",
    about: "The newest record of the audit log, to be kept elsewhere as an anchor",
    respond() {
      const log = audit();
      if (log === undefined) return plain(404, "There is no audit log. Give watch() the option `audit` to have one.");
      const head = log.head();
      return head === undefined ? plain(404, "The audit log has no record yet.") : json(200, head);
    },
  };
}
