import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import type { Exchange, Outcome } from "@mcp-ops/exchange";
import { auditServerSlug, type OpsError, type RedactOptions } from "@mcp-ops/formats";
import type { ChainOptions } from "./chain-writer.ts";
import { auditError } from "./errors.ts";
import type { HousekeepingPolicy } from "./housekeeping.ts";

/** `buffered`: written within `flushMs`. `synchronous`: on disk before the answer leaves, while the disk works. `required`: no audit, no answer. */
export type Durability = "buffered" | "synchronous" | "required";

/** A second place for records, without a chain: a standard stream, or any pino transport by its module name. */
export type CopyTarget =
  | "stderr"
  | "stdout"
  | { readonly target: string; readonly options?: Readonly<Record<string, unknown>> };

/** What the operator knows of a caller that the protocol does not say. */
export interface Subject {
  readonly principal?: string;
  /** On whose behalf, nearest first: for instance the `act` claims of a token. */
  readonly delegation?: readonly string[];
}

export interface AuditOptions {
  /** Name of the server; names the chain and its files. */
  readonly server: string;
  /** Folder of the chained files. Without it there are only copies. */
  readonly folder?: string;
  /** Where records go besides. */
  readonly also?: readonly CopyTarget[];
  /** The server speaks over its stdout, so that nothing of ours may be written there. Found out by itself at the first exchange. */
  readonly stdio?: boolean;
  /** Which part of a larger whole this is, such as `worker-3`. */
  readonly component?: string;
  /** Identity of this start of this process, twelve hex digits. */
  readonly boot?: string;
  readonly durability?: Durability;
  readonly flushMs?: number;
  readonly maxQueue?: number;
  readonly maxHoldMs?: number;
  /** A record that has waited longer means a slow disk, and degrades health. */
  readonly slowMs?: number;
  readonly retryMs?: number;
  /** Ed25519 key that signs checkpoints; made if it is missing, its public half in `<keyFile>.pub`. */
  readonly keyFile?: string;
  readonly checkpointRecords?: number;
  readonly checkpointMs?: number;
  readonly maxFileBytes?: number;
  readonly maxFileAgeMs?: number;
  readonly rotateAt?: "hour" | "day" | "never";
  readonly compress?: "gzip" | "zstd" | "none";
  readonly keepMs?: number;
  readonly keepBytes?: number;
  /** With the file of a key, principals, delegates and sessions are written as keyed hashes. */
  readonly pseudonymKeyFile?: string;
  /** Who asked, where more is known than `exchange.principal`. Called when the exchange ends, in its async context. */
  readonly subject?: (exchange: Exchange) => Subject | undefined;
  /** What for, such as a purpose of processing under GDPR article 30. */
  readonly purpose?: (exchange: Exchange) => string | undefined;
  /** URIs that a call touched. Of `resources/*` the URI is known without it. */
  readonly resources?: (exchange: Exchange, outcome: Outcome) => readonly string[] | undefined;
  /** Which exchanges get a record. All, without it. */
  readonly include?: (exchange: Exchange) => boolean;
  /** Records what was asked and answered, redacted. Off without it. */
  readonly bodies?: RedactOptions;
  /** Told of everything that goes wrong beside the exchanges. */
  readonly onFault?: (error: OpsError) => void;
}

/** Half of what a person notices; long enough to write many records at once. */
export const DEFAULT_FLUSH_MS = 100;
/** Records waiting for the disk: some 10 MB, or several seconds of the busiest server we have measured. */
export const DEFAULT_MAX_QUEUE = 10_000;
/** A synchronous log holds an answer no longer: clients give up after 60 s, and people long before. */
export const DEFAULT_MAX_HOLD_MS = 5_000;
/** Twenty times what a record waits on a good day. */
export const DEFAULT_SLOW_MS = 2_000;
/** How soon a failed write is tried again, and how soon a broken writer is first replaced. */
export const DEFAULT_RETRY_MS = 1_000;
/** At most so many records are unsigned. A signature takes some 50 µs. */
export const DEFAULT_CHECKPOINT_RECORDS = 1_000;
/** At most so long is a record unsigned, and not certainly on the disk. */
export const DEFAULT_CHECKPOINT_MS = 10_000;
/** Opens in an editor still. */
export const DEFAULT_MAX_FILE_BYTES: number = 64 * 1024 * 1024;
export const DEFAULT_MAX_FILE_AGE_MS: number = 7 * 86_400_000;
/** A year: what most rules for audit logs ask for. */
export const DEFAULT_KEEP_MS: number = 366 * 86_400_000;
/** No limit: deleting an audit log for want of space is the operator's decision. */
export const DEFAULT_KEEP_BYTES: number = Number.MAX_SAFE_INTEGER;

/** What the writer's thread is given: plain data. */
export interface WriterOptions extends ChainOptions, HousekeepingPolicy {
  readonly component: string | undefined;
  readonly pseudonymKeyFile: string | undefined;
  readonly retryMs: number;
}

export function bootOf(options: AuditOptions): string {
  const boot = options.boot ?? randomBytes(6).toString("hex");
  if (!/^[0-9a-f]{12}$/.test(boot)) {
    throw auditError(
      "AUDIT_OPTIONS_INVALID",
      `"boot" must be twelve hex digits, not ${JSON.stringify(boot)}. Leave it out to have one made.`,
    );
  }
  return boot;
}

/** Two bodies of this much, in the longest way that JSON can write them, fit the longest line that a reader of a chain takes (1 MiB). */
const MAX_BODY_BYTES: number = 64 * 1024;

/** Refuses what cannot work, before anything is opened. */
export function checkOptions({ folder, also = [], stdio, durability = "buffered", bodies }: AuditOptions): void {
  if ((bodies?.maxBytes ?? 0) > MAX_BODY_BYTES) {
    throw auditError(
      "AUDIT_OPTIONS_INVALID",
      `"bodies.maxBytes" can be ${MAX_BODY_BYTES} at most, not ${bodies?.maxBytes}: longer records could not be read back.`,
    );
  }
  if (folder === undefined && also.length === 0) {
    throw auditError(
      "AUDIT_OPTIONS_INVALID",
      'The audit log has nowhere to go. Give it a "folder", or a destination in "also".',
    );
  }
  if (folder === undefined && durability !== "buffered") {
    throw auditError(
      "AUDIT_OPTIONS_INVALID",
      `Durability "${durability}" needs a "folder": only files are known to be on disk.`,
    );
  }
  if (stdio === true && also.includes("stdout")) throw stdoutTaken();
}

export function stdoutTaken(): OpsError {
  return auditError(
    "AUDIT_STDOUT_TAKEN",
    'This server speaks MCP over its stdout, so that audit records cannot go there. Use "stderr" or a folder.',
  );
}

export function writerOptions(options: AuditOptions, folder: string, boot: string): WriterOptions {
  const absolute = resolve(folder);
  return {
    folder: absolute,
    server: options.server,
    boot,
    keyFile: options.keyFile ?? join(absolute, `${auditServerSlug(options.server)}.key`),
    checkpointRecords: options.checkpointRecords ?? DEFAULT_CHECKPOINT_RECORDS,
    checkpointMs: options.checkpointMs ?? DEFAULT_CHECKPOINT_MS,
    maxFileBytes: options.maxFileBytes ?? DEFAULT_MAX_FILE_BYTES,
    maxFileAgeMs: options.maxFileAgeMs ?? DEFAULT_MAX_FILE_AGE_MS,
    rotateAt: options.rotateAt ?? "never",
    compress: options.compress ?? "gzip",
    keepMs: options.keepMs ?? DEFAULT_KEEP_MS,
    keepBytes: options.keepBytes ?? DEFAULT_KEEP_BYTES,
    component: options.component,
    pseudonymKeyFile: options.pseudonymKeyFile,
    retryMs: options.retryMs ?? DEFAULT_RETRY_MS,
  };
}
