import { type Duty, type DutyPlan, type DutyStatus, dutyPlan } from "../duties/duty.ts";
import { Auditor } from "./auditor.ts";
import { auditFamilies } from "./figures.ts";
import { type AuditSettings, auditSection } from "./settings.ts";

/** The duty `audit`: whether the audit logs of the machine are as they were written. */
export const auditPlan: DutyPlan = dutyPlan({ name: "audit", section: auditSection, open: openAudit });

function openAudit(settings: AuditSettings): Duty {
  let auditor: Auditor | undefined;
  const states = () => auditor?.logs.flatMap((log) => log.states) ?? [];
  return {
    async start(context) {
      auditor = new Auditor(settings, context);
      auditor.start();
    },
    async stop() {
      await auditor?.stop();
      auditor = undefined;
    },
    status: () => statusOf(auditor?.troubles ?? [], auditor?.logs.length ?? 0, states().length),
    metrics: async (format) => auditFamilies(states(), format),
  };
}

function statusOf([first, ...more]: readonly string[], logs: number, chains: number): DutyStatus {
  if (first !== undefined) {
    return { content: false, message: more.length === 0 ? first : `${first} And ${more.length} more; see the log.` };
  }
  if (logs === 0) return { content: true, message: "No audit log is verified: audit.folders is empty." };
  return { content: true, message: `${chains} audit chains are intact.` };
}
