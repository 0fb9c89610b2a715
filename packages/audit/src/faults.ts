import type { OpsError } from "@mcp-ops/formats";
import { auditError, reasonOf } from "./errors.ts";

/** What `onFault` is told about the way to the disk, in words that an operator can act on. */
export function writeFailed(reason: string): OpsError {
  return auditError(
    "AUDIT_WRITE_FAILED",
    `The audit log cannot be written (${reason}). Records wait in memory and it is tried again every second; make room, or give the process the right to write to its audit folder.`,
  );
}

export function queueFull(maxQueue: number): OpsError {
  return auditError(
    "AUDIT_QUEUE_FULL",
    `${maxQueue} audit records wait for the disk, and those that come now are dropped; the chain will say how many. Give the folder a faster disk, or raise "maxQueue".`,
  );
}

export function writerRestarts(error: Error | undefined): OpsError {
  return auditError(
    "AUDIT_WRITER_RESTARTED",
    `The thread that writes the audit log broke${because(error)} and is started anew; what it had not confirmed is written then. If this goes on, report it with the cause.`,
    error,
  );
}

export function writerEnded(error: Error | undefined): OpsError {
  return auditError(
    "AUDIT_WRITER_ENDED",
    `The thread that writes the audit log has ended${because(error)}. Nothing more is recorded: restart the server.`,
    error,
  );
}

function because(error: Error | undefined): string {
  return error === undefined ? "" : ` (${reasonOf(error)})`;
}
