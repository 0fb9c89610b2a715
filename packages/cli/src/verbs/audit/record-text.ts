import type { AuditLine } from "@mcp-ops/audit";
import type { AuditRecord } from "@mcp-ops/formats";
import { printable } from "../../printable.ts";

/** One record on one line, for people. */
export function recordText({ chain, record }: AuditLine): string {
  return [record.time, `${chain}#${record.sequence}`, ...wordsOf(record)].map(printable).join("  ");
}

function wordsOf(record: AuditRecord): readonly string[] {
  if (!("operation" in record)) return [record.event, ...detailsOf(record)];
  const { operation, outcome, durationMs, subject, error, event } = record;
  const who = subject.principal ?? subject.client?.name;
  return [
    outcome,
    operation.target === undefined ? operation.method : `${operation.method} ${operation.target}`,
    `${durationMs} ms`,
    ...(who === undefined ? [] : [`by ${who}`]),
    ...(error === undefined ? [] : [`(${error.class})`]),
    ...(event.startsWith("security.") ? [event] : []),
  ];
}

function detailsOf(record: AuditRecord): readonly string[] {
  switch (record.event) {
    case "audit.start":
      return [`process ${record.pid} on ${record.host}; the log before: ${record.previous.end}`];
    case "audit.dropped":
      return [`${record.records} records: ${record.reason}`];
    case "audit.pruned":
      return [record.file];
    default:
      return [];
  }
}
