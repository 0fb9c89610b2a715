import type { ChainFile } from "../chain-files.ts";
import type { Line } from "./lines.ts";
import { type Finding, type FindingKind, weightOf } from "./verdict.ts";

/** Whoever has read so many has read enough. */
const MAX_FINDINGS = 200;
/** Missing numbers that are waited for: how many there are is the file's word. */
const MAX_AWAITED = 100_000;

/** What was found about one chain, and what is missing until it turns up elsewhere. */
export class Findings {
  readonly list: Finding[] = [];
  readonly #chain: string;
  readonly #missing = new Map<number, Finding>();
  file: ChainFile | undefined;

  constructor(chain: string) {
    this.#chain = chain;
  }

  add(kind: FindingKind, sequence: number, line: Line, message: string): void {
    if (this.list.length < MAX_FINDINGS) this.list.push(this.#finding(kind, sequence, line, message));
  }

  /** Records from one number up to, not including, another are not where they should be. */
  missing(from: number, to: number, line: Line): void {
    const which = from === to - 1 ? `Record ${from} is` : `Records ${from} to ${to - 1} are`;
    const finding = this.#finding("missing", from, line, `${which} missing before record ${to}.`);
    for (let number = from; number < to && number < from + MAX_AWAITED; number++) this.#missing.set(number, finding);
  }

  /** Whether a record that turns up late was missing; then those that were missing with it are no longer spoken of. */
  turnedUp(sequence: number): boolean {
    const finding = this.#missing.get(sequence);
    if (finding === undefined) return false;
    for (const [number, missing] of this.#missing) if (missing === finding) this.#missing.delete(number);
    return true;
  }

  /** What never came back is missing. */
  finish(): void {
    this.list.push(...new Set(this.#missing.values()));
    this.#missing.clear();
    this.list.sort((a, b) => a.sequence - b.sequence);
  }

  #finding(kind: FindingKind, sequence: number, line: Line, message: string): Finding {
    const file = this.file?.file;
    return { kind, weight: weightOf(kind), chain: this.#chain, sequence, file, line: line.number, message };
  }
}
