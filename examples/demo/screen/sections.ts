import type { HealthSummary } from "@mcp-ops/formats";
import type { Recorded } from "../figures/audit-trail.ts";
import type { Moment } from "./frame.ts";
import { fit, type Paint, seconds } from "./words.ts";

/** The lines on health, audit log and traces. */
export function sections(moment: Moment, columns: number, paint: Paint): string[] {
  const { health, opsUrl, lastRecords, auditFolder, keepsAudit, traces } = moment;
  const fate = keepsAudit ? "it stays" : "removed at the end; --keep keeps it";
  const healthy = health.status === "healthy";
  return [
    paint(healthy ? "green" : "red", fit(`health   ${healthWords(health)}`, columns)) +
      rest(healthWords(health).length + 9, `   ${opsUrl}/health`, columns),
    fit(`audit    ${auditWords(moment)}`, columns),
    ...lastRecords.map((record) => paint("dim", fit(`         ${recordWords(record)}`, columns))),
    fit(`         in ${auditFolder}  (${fate})`, columns),
    fit(`traces   ${traces}`, columns),
  ];
}

/** `degraded: printer   ready` */
export function healthWords({ status, ready, dependencies }: HealthSummary): string {
  const names = dependencies.filter((dependency) => dependency.status !== "up").map(({ name }) => name);
  const word = names.length === 0 ? status : `${status}: ${names.join(", ")}`;
  return `${word}   ${ready ? "ready" : "not ready"}`;
}

export function auditWords({ auditRecords, auditHead, verdict }: Moment): string {
  const head = auditHead === undefined ? "no head yet" : `head #${auditHead.sequence} ${auditHead.hash.slice(0, 12)}…`;
  return `${auditRecords} records, ${head}  (verify: ${verdict ?? "at the end"})`;
}

function recordWords({ time, operation, outcome, durationMs, subject }: Recorded): string {
  const { method, target } = operation;
  const what = [time.slice(11, 23), method, target, outcome, seconds(durationMs / 1000)];
  return [...what, subject.client?.name].filter((word) => word !== undefined).join(" ");
}

function rest(taken: number, text: string, columns: number): string {
  return fit(text, Math.max(0, columns - taken));
}
