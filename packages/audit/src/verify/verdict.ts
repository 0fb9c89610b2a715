import type { PreviousEnd } from "@mcp-ops/formats";

/** What is wrong, or remarkable, about one place of a chain. */
export interface Finding {
  readonly kind: FindingKind;
  /** `broken`: somebody changed the log. `alarm`: it ended in disorder, as after a crash or a cut. `note`: recorded, and explained. */
  readonly weight: "broken" | "alarm" | "note";
  readonly chain: string;
  /** The record that it is about. */
  readonly sequence: number;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly message: string;
}

export type FindingKind =
  /** The record is not what its hash says. */
  | "edited"
  /** The record was exchanged for another with a right hash of its own: the next one was written after a different record. */
  | "replaced"
  | "missing"
  | "reordered"
  /** The number was there already. */
  | "inserted"
  | "unreadable"
  | "wrong-file"
  | "bad-signature"
  /** A record of the log itself that has no signature. */
  | "unsigned"
  /** More records without a signature than the start record allows. */
  | "overdue"
  | "foreign-key"
  | "beginning-missing"
  /** The log ends before the anchor. */
  | "cut"
  /** The record of the anchor is another one now. */
  | "anchor-differs"
  | "unclean-end"
  /** A start record tells that the process before had not ended in order. */
  | "gap"
  | "dropped"
  | "file-lost";

/** How far a chain can be trusted at its newest end. */
export interface Tail {
  /** Nothing can be missing after `through`, nor be changed up to it. */
  readonly proven: boolean;
  /** Newest record that a signature or an anchor covers. */
  readonly through: number;
  readonly message: string;
}

export interface ChainVerdict {
  readonly chain: string;
  readonly server: string;
  readonly files: number;
  readonly records: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly lastHash: string;
  /** `open`: a running process writes it. */
  readonly end: "clean" | "unclean" | "open";
  readonly tail: Tail;
}

export interface AuditVerdict {
  /** `intact`: nothing was changed, as far as the tail is proven. `alarm`: it ended in disorder. `broken`: the findings name what was changed. */
  readonly verdict: "intact" | "alarm" | "broken";
  /** `self-stated`: no public key was given, and the one the log names could be anybody's who rewrote all of it. */
  readonly key: "trusted" | "self-stated";
  readonly chains: readonly ChainVerdict[];
  /** Of each kind the first, and the latest. */
  readonly findings: readonly Finding[];
  /** How many more there were. */
  readonly findingsLeftOut: number;
}

/** What a chain is checked against. */
export interface Anchor {
  readonly chain: string;
  readonly sequence: number;
  readonly hash: string;
}

export function isPreviousEnd(value: unknown): value is PreviousEnd {
  const { sequence, hash, end } = (value ?? {}) as Partial<PreviousEnd>;
  return typeof sequence === "number" && typeof hash === "string" && typeof end === "string";
}

const WEIGHTS: Partial<Record<FindingKind, Finding["weight"]>> = {
  gap: "alarm",
  "file-lost": "alarm",
  "unclean-end": "alarm",
  dropped: "note",
};

/** Everything that disorder alone does not explain is somebody's doing. */
export function weightOf(kind: FindingKind): Finding["weight"] {
  return WEIGHTS[kind] ?? "broken";
}
