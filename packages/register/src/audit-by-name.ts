import { type AuditLog, auditLog, thisBoot } from "@mcp-ops/kit";
import { beforeKilled } from "./before-killed.ts";
import { messageOf, warnOnce } from "./warn.ts";

type Exchange = Parameters<AuditLog["observer"]>[0];

/** Long enough for the last records, and shorter than any patience with a process that shall end. */
const END_WAIT_MS = 1_000;

const NOTHING: ReturnType<AuditLog["stats"]> = {
  records: 0,
  dropped: 0,
  excluded: 0,
  pending: 0,
  copiesDropped: 0,
  faults: 0,
  headSequence: 0,
  signedSequence: 0,
  lastFlushAt: undefined,
  lastFlushMs: undefined,
  oldestPendingMs: 0,
  writable: true,
  degraded: undefined,
};

/**
 * An audit log that is opened with its first exchange: only then is it sure that this process is a server, and what its name
 * is. One that cannot be opened is one line on stderr, and the server runs on.
 */
export function auditByName(folder: string, server: string | undefined): AuditLog {
  let log: AuditLog | undefined;
  let hasFailed = false;
  const open = (exchange: Exchange): AuditLog | undefined => {
    if (log !== undefined || hasFailed) return log;
    try {
      const name = server ?? exchange.server;
      log = auditLog({ server: name, folder, boot: thisBoot().bootId, onFault: (error) => warn(error) });
      const end = () => void log?.closeNow(END_WAIT_MS);
      process.once("exit", end);
      beforeKilled(end);
    } catch (error) {
      hasFailed = true;
      warn(error);
    }
    return log;
  };
  const close = async () => log?.close();
  return {
    observer: function audit(exchange, next) {
      return open(exchange)?.observer(exchange, next) ?? next();
    },
    gate: undefined,
    durability: "buffered",
    note: (fields) => log?.note(fields),
    head: () => log?.head(),
    stats: () => log?.stats() ?? NOTHING,
    flush: async () => log?.flush(),
    close,
    closeNow: (timeoutMs) => log?.closeNow(timeoutMs) ?? true,
    [Symbol.asyncDispose]: close,
  };
}

function warn(error: unknown): void {
  warnOnce("audit", messageOf(error));
}
