import type { OutcomeRow } from "@mcp-ops/cost";

/** What other duties read of the ledger. */
export interface Ledger {
  outcomes(range: { readonly from: number; readonly to: number }): Iterable<OutcomeRow>;
  day(day: string): { readonly lost: Readonly<Record<string, number>> } | undefined;
}

/** The ledger, for duties that read it: one of them keeps it, and it is there as long as that one runs. */
export class LedgerShare {
  #ledger: Ledger | undefined;
  #changed: number = Number.POSITIVE_INFINITY;

  get ledger(): Ledger | undefined {
    return this.#ledger;
  }

  /** By who keeps it; undefined takes it back. */
  lend(ledger: Ledger | undefined): void {
    this.#ledger = ledger;
  }

  /** By who keeps it: exchanges that ended in this minute, or later, have been booked. */
  noteBooked(minute: number): void {
    this.#changed = Math.min(this.#changed, minute);
  }

  /** The earliest minute that got exchanges since this was last asked; infinite for none. */
  takeChanged(): number {
    const changed = this.#changed;
    this.#changed = Number.POSITIVE_INFINITY;
    return changed;
  }
}
