/** Something of ours, or of an observer, that went wrong beside an exchange and was kept away from it. */
export interface Fault {
  /** Name of the observer or gate, or the part of ours where it happened. */
  readonly source: string;
  readonly kind:
    | "threw"
    | "rejected"
    | "did-not-ask"
    | "asked-twice"
    | "gate-threw"
    | "gate-answer-rejected"
    | "hold-rejected"
    | "amend-threw"
    | "internal";
  readonly error: unknown;
}

/** Told of every fault. Must not throw; if it does, that is swallowed. */
export type OnFault = (fault: Fault) => void;
