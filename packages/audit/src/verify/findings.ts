import type { ChainFile } from "../chain-files.ts";
import type { Line } from "./lines.ts";
import { type Finding, type FindingKind, weightOf } from "./verdict.ts";

/** Whoever has read so many of one kind has read enough. Per kind, so that a heap of notes never hides a change. */
const MAX_OF_KIND = 100;

/** Gaps that are waited for: how many there are is the file's word. */
const MAX_AWAITED = 10_000;

/** Records that are not where they should be, until they turn up elsewhere. */
interface Missing {
  readonly from: number;
  /** The record before which they are missing. */
  readonly to: number;
  readonly line: number;
  readonly file: string | undefined;
}

/** What was found about one chain, and what is missing until it turns up elsewhere. */
export class Findings {
  readonly list: Finding[] = [];
  /** Findings that were counted, not kept. */
  leftOut = 0;
  readonly #chain: string;
  readonly #kept = new Map<FindingKind, number>();
  #missing: Missing[] = [];
  file: ChainFile | undefined;

  constructor(chain: string) {
    this.#chain = chain;
  }

  add(kind: FindingKind, sequence: number, line: Line, message: string): void {
    this.#keep({ ...this.#about(kind, sequence), file: this.file?.file, line: line.number, message });
  }

  /** Records from one number up to, not including, another are not where they should be. */
  missing(from: number, to: number, line: Line): void {
    const missing = { from, to, line: line.number, file: this.file?.file };
    if (this.#missing.length < MAX_AWAITED) this.#missing.push(missing);
    else this.#keepMissing(missing);
  }

  /** Whether a record that turns up late was missing; it is no longer, those around it still are. */
  turnedUp(sequence: number): boolean {
    const at = this.#missing.findIndex(({ from, to }) => from <= sequence && sequence < to);
    const found = this.#missing[at];
    if (found === undefined) return false;
    const rest = [
      { ...found, to: sequence },
      { ...found, from: sequence + 1 },
    ].filter(({ from, to }) => from < to);
    this.#missing.splice(at, 1, ...rest);
    return true;
  }

  /** What never came back is missing. */
  finish(): void {
    for (const missing of this.#missing) this.#keepMissing(missing);
    this.#missing = [];
    this.list.sort((a, b) => a.sequence - b.sequence);
  }

  #keepMissing({ from, to, line, file }: Missing): void {
    const which = from === to - 1 ? `Record ${from} is` : `Records ${from} to ${to - 1} are`;
    this.#keep({ ...this.#about("missing", from), file, line, message: `${which} missing before record ${to}.` });
  }

  /** The first of each kind, and always its latest: whether an anchor explains a gap depends on how late it is. */
  #keep(finding: Finding): void {
    const kept = this.#kept.get(finding.kind) ?? 0;
    if (kept < MAX_OF_KIND) {
      this.#kept.set(finding.kind, kept + 1);
      this.list.push(finding);
      return;
    }
    this.leftOut++;
    const latest = this.list.findLastIndex(({ kind }) => kind === finding.kind);
    this.list.splice(latest, 1);
    this.list.push(finding);
  }

  #about(kind: FindingKind, sequence: number): Pick<Finding, "kind" | "weight" | "chain" | "sequence"> {
    return { kind, weight: weightOf(kind), chain: this.#chain, sequence };
  }
}
