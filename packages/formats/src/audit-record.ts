import type { Judgement } from "./outcomes.ts";

/** Version of the records below. A reader must not guess at another. */
export const AUDIT_SCHEMA = 1;

/** `prev` of the very first record of a chain. */
export const AUDIT_GENESIS: string = "0".repeat(64);

/** What happened. Security events are told apart, so that a reader need not know status codes. */
export type ExchangeEvent =
  | "mcp.request"
  | "mcp.notification"
  /** A gate refused. */
  | "security.denied"
  /** HTTP 401: no credentials, or none that count. */
  | "security.unauthenticated"
  /** HTTP 403: credentials that do not suffice, or a rejected host or origin. */
  | "security.forbidden";

/** Events of the log itself. */
export type ChainEvent =
  | "audit.start"
  | "audit.stop"
  | "audit.checkpoint"
  | "audit.dropped"
  | "audit.pruned"
  | "audit.file-lost";

export type AuditOutcome = Judgement["audit"];

/** The fields that every record begins with, in this order, and the one it ends with. docs/audit.md says how `hash` is made. */
export interface ChainFields {
  readonly v: typeof AUDIT_SCHEMA;
  /** Counts records from 1, without gaps, over restarts too. */
  readonly sequence: number;
  /** `hash` of the record before. */
  readonly prev: string;
  /** ULID. */
  readonly id: string;
  /** ISO 8601, UTC. Of an exchange: when it was asked. */
  readonly time: string;
  readonly server: string;
  /** One start of one process. */
  readonly boot: string;
}

/** What a record says of one exchange. Everything the client chose is bounded in length and free of known forms of secrets. */
export interface ExchangeFields {
  readonly event: ExchangeEvent;
  readonly outcome: AuditOutcome;
  readonly subject: {
    /** Authenticated principal, or its pseudonym. */
    readonly principal?: string;
    /** On whose behalf, nearest first; from the operator's resolver. */
    readonly delegation?: readonly string[];
    /** The client's own words about itself. */
    readonly client?: { readonly name: string; readonly version?: string };
    readonly session?: string;
  };
  readonly source: {
    readonly transport: string;
    readonly direction: "inbound" | "outbound";
    readonly revision?: string;
    readonly userAgent?: string;
    /** Only of security events. */
    readonly host?: string;
    readonly origin?: string;
  };
  readonly component?: string;
  readonly operation: {
    readonly method: string;
    /** As asked. */
    readonly target?: string;
    /** Whether the server has the target; absent when nobody knows. */
    readonly known?: boolean;
    readonly requestId?: string | number;
  };
  readonly resources?: readonly string[];
  readonly purpose?: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationMs: number;
  readonly trace?: { readonly traceId: string; readonly spanId: string; readonly sampled: boolean };
  readonly error?: {
    readonly class: string;
    readonly category?: string;
    readonly code?: number;
    readonly httpStatus?: number;
    readonly gate?: string;
  };
  /** Only where the operator asked for bodies. */
  readonly request?: unknown;
  readonly response?: unknown;
}

/** How the chain stood before a start, as the starting process found it. */
export interface PreviousEnd {
  readonly boot: string;
  readonly sequence: number;
  readonly hash: string;
  /** `unclean`: no stop record, so that records of its last moments may be missing. `none`: there was nothing before. */
  readonly end: "clean" | "unclean" | "none";
  /** Bytes behind the last whole record: one that was being written. */
  readonly tornBytes: number;
}

export interface StartFields {
  readonly event: "audit.start";
  readonly previous: PreviousEnd;
  readonly pid: number;
  readonly host: string;
  /** A signed record comes at least after so many others. */
  readonly checkpointRecords: number;
  readonly checkpointMs: number;
}

/** A file that retention deleted, by its last record. */
export interface PrunedFields {
  readonly event: "audit.pruned";
  readonly chain: string;
  readonly file: string;
  readonly sequenceOfFile: number;
  readonly hashOfFile: string;
}

export interface DroppedFields {
  readonly event: "audit.dropped";
  /** Exchanges that have no record, since the last record of this kind. */
  readonly records: number;
  readonly reason: string;
}

export interface PlainFields {
  readonly event: "audit.stop" | "audit.checkpoint" | "audit.file-lost";
  readonly file?: string;
}

/** A node of a failover group has changed its role, or somebody has changed what it may do. In the chain of its sidecar. */
export interface TransitionFields {
  readonly event: "failover.transition";
  readonly group: string;
  readonly node: string;
  /** Where it stands in an election, such as `standby` or `leading`. */
  readonly from: string;
  readonly to: string;
  /** In a word, such as `promoted` or `health`. */
  readonly why: string;
  /** Fencing token, a decimal number: of the lease this is about, else the highest the node has seen. */
  readonly token: string;
  /** How long it stood there. */
  readonly durationMs: number;
  /** Who holds the lease, as far as this node knows. */
  readonly holder?: string;
  /** Who asked for it, and under what id, where somebody did. */
  readonly by?: string;
  readonly requestId?: string;
}

/** What a record holds between its chain fields and its hash. */
export type AuditFields = ExchangeFields | TransitionFields | StartFields | PrunedFields | DroppedFields | PlainFields;

/** Every record of the log itself is signed: Ed25519, the public key as SPKI in base64. */
export interface SignedFields {
  readonly publicKey: string;
  readonly signature: string;
}

export type AuditRecord = ChainFields & AuditFields & Partial<SignedFields> & { readonly hash: string };

/**
 * The newest record of a chain, for the ops endpoint. Whoever keeps a copy elsewhere holds an anchor: neither the records up to it can be changed
 * nor the chain be cut before it without being found out.
 */
export interface AuditHead {
  readonly schema: typeof AUDIT_SCHEMA;
  readonly server: string;
  readonly boot: string;
  /** Name of the chain: the files of one folder may hold several. */
  readonly chain: string;
  readonly sequence: number;
  readonly hash: string;
  readonly time: string;
  /** Newest signed record. */
  readonly signedSequence: number;
  readonly publicKey: string;
}

/** Which file of a folder belongs to which chain, and where in it. */
export interface AuditFileName {
  /** Server and number, `weather.0`: processes of one server that run side by side have chains of their own. */
  readonly chain: string;
  /** Of its first record. */
  readonly sequence: number;
  readonly boot: string;
  readonly compression: "" | ".gz" | ".zst";
}

const FILE_NAME = /^([A-Za-z0-9_-]{1,64}\.\d{1,3})\.(\d{12})\.([0-9a-f]{12})\.jsonl(\.gz|\.zst|)$/;

/** Sorted by name, the files of a chain are in the order of their records. */
export function auditFileName({ chain, sequence, boot, compression }: AuditFileName): string {
  return `${chain}.${String(sequence).padStart(12, "0")}.${boot}.jsonl${compression}`;
}

/** Undefined for a file that is none of an audit log. */
export function parseAuditFileName(name: string): AuditFileName | undefined {
  const match = FILE_NAME.exec(name);
  if (match === null) return undefined;
  const [, chain, sequence, boot, compression] = match as unknown as [
    string,
    string,
    string,
    string,
    "" | ".gz" | ".zst",
  ];
  return { chain, sequence: Number(sequence), boot, compression };
}

/** The name of a server as it may stand in a file name. */
export function auditServerSlug(server: string): string {
  return server.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 64) || "_";
}
