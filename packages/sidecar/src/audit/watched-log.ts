import { type Anchor, type AuditVerdict, type Finding, verifyAuditApart } from "@mcp-ops/audit";

/** How a chain was when it was last read to its end. */
export interface ChainState {
  readonly chain: string;
  /** What somebody has done to it; undefined while it is as it was written. */
  readonly breach: string | undefined;
  readonly verifiedAtMs: number;
}

/** A reading that takes longer is followed by a rest, so that it takes at most this share of a core, however large the log is. */
const QUICK_MS = 5_000;
const SHARE = 0.02;

/**
 * The audit log of a folder, and what earlier readings know of it: their heads are anchors for the later ones, so that a log that is
 * cut or deleted while this one watches is found. They go with the duty.
 */
export class WatchedLog {
  readonly folder: string;
  /** Heads that two readings have found. What one alone has seen the writer may have taken back, because the disk was full. */
  readonly #proven = new Map<string, Anchor>();
  readonly #seen = new Map<string, Anchor>();
  #states: readonly ChainState[] = [];
  #dueAt = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  get states(): readonly ChainState[] {
    return this.#states;
  }

  get isDue(): boolean {
    return performance.now() >= this.#dueAt;
  }

  /** Reads it whole. Rejects when it cannot be read: that says nothing of the chains, which then keep the time of their last reading. */
  async look(signal: AbortSignal): Promise<void> {
    const [begun, verifiedAtMs] = [performance.now(), Date.now()];
    try {
      const verdict = await this.#verdict(signal);
      const chains = new Set([...verdict.chains.map(({ chain }) => chain), ...this.#proven.keys()]);
      this.#states = [...chains].sort().map((chain) => ({ chain, breach: this.#judge(chain, verdict), verifiedAtMs }));
    } finally {
      const tookMs = performance.now() - begun;
      this.#dueAt = tookMs < QUICK_MS ? 0 : begun + tookMs / SHARE;
    }
  }

  async #verdict(signal: AbortSignal): Promise<AuditVerdict> {
    const anchor = [...this.#proven.values(), ...this.#seen.values()];
    try {
      return await verifyAuditApart({ folder: this.folder, anchor }, signal);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "AUDIT_NOTHING_TO_VERIFY" || this.#proven.size === 0) throw error;
      return { verdict: "broken", key: "self-stated", chains: [], findings: [], findingsLeftOut: 0 };
    }
  }

  /** What is wrong with a chain. The heads of one that is well are kept for the next time. */
  #judge(chain: string, { chains, findings }: AuditVerdict): string | undefined {
    const read = chains.find((one) => one.chain === chain);
    const proven = this.#proven.get(chain);
    if (proven !== undefined && (read === undefined || read.lastSequence < proven.sequence)) {
      return `Record ${proven.sequence} was there, and is no more: the end of the chain was cut, or it was taken away.`;
    }
    const ofChain = findings.filter((finding) => finding.chain === chain && finding.weight === "broken");
    const breach = ofChain.find((finding) => !isOfAnchor(finding, proven));
    if (breach !== undefined || read === undefined) return breach?.message;
    const seen = this.#seen.get(chain);
    const isSeenAgain = seen !== undefined && !ofChain.some(({ sequence }) => sequence === seen.sequence);
    if (isSeenAgain && seen.sequence <= read.lastSequence) this.#proven.set(chain, seen);
    this.#seen.set(chain, { chain, sequence: read.lastSequence, hash: read.lastHash });
    return undefined;
  }
}

/** Whether it is only about a head that was seen once. */
function isOfAnchor({ kind, sequence }: Finding, proven: Anchor | undefined): boolean {
  return kind === "cut" || (kind === "anchor-differs" && sequence !== proven?.sequence);
}
