import { type AuditLog, type AuditOptions, auditLog } from "@mcp-ops/audit";
import { OpsError } from "@mcp-ops/formats";
import { alikeAsWritten } from "../alike.ts";
import { KIT_ERROR } from "../codes.ts";
import { thisBoot } from "../runtime/boot.ts";
import { addAudit } from "./process-parts.ts";

/** Options of the audit log. `server` may be left out where `watch` has a `server`. */
export type WatchAuditOptions = Omit<AuditOptions, "server"> & { readonly server?: string };

interface OpenLog {
  readonly options: AuditOptions;
  readonly log: AuditLog;
}

/** Long enough for the last records, and shorter than any patience with a process that shall end. */
const EXIT_WAIT_MS = 1_000;

const open: OpenLog[] = [];

/** The audit log for the option of `watch`; none without one, because it writes files. Options open a log once. */
export function auditFrom(
  option: false | WatchAuditOptions | AuditLog | undefined,
  server: string | undefined,
): AuditLog | undefined {
  if (option === undefined || option === false) return undefined;
  const log = "observer" in option ? option : opened(named(option, server));
  addAudit(log);
  return log;
}

function opened(options: AuditOptions): AuditLog {
  const known = open.find((candidate) => alikeAsWritten(candidate.options, options));
  if (known !== undefined) return known.log;
  const log = auditLog({ boot: thisBoot().bootId, ...options });
  if (open.length === 0) process.once("exit", endAll);
  open.push({ options: { ...options }, log });
  return log;
}

function named(option: WatchAuditOptions, server: string | undefined): AuditOptions {
  const name = option.server ?? server;
  if (name !== undefined) return { ...option, server: name };
  throw new OpsError(
    KIT_ERROR.optionWrong,
    "The option `audit` of watch() needs a name for the chain and its files. Give one: watch(x, { server, audit }).",
  );
}

function endAll(): void {
  for (const { log } of open) log.closeNow(EXIT_WAIT_MS);
}
