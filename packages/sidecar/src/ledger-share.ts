import type { Ledger } from "@mcp-ops/cost";

/** The ledger, for duties that read it: one of them keeps it, and it is there as long as that one runs. */
export class LedgerShare {
  #ledger: Ledger | undefined;
  #changedFrom: number = Number.POSITIVE_INFINITY;

  get ledger(): Ledger | undefined {
    return this.#ledger;
  }

  /** By who keeps it; undefined takes it back, before it is closed. */
  lend(ledger: Ledger | undefined): void {
    this.#changedFrom = this.#takeChanged();
    this.#ledger = ledger;
  }

  /** The first minute that got exchanges since this was asked last, whichever ledger has them; infinite for none. */
  takeChanged(): number {
    const changedFrom = this.#takeChanged();
    this.#changedFrom = Number.POSITIVE_INFINITY;
    return changedFrom;
  }

  #takeChanged(): number {
    return Math.min(this.#changedFrom, this.#ledger?.takeChanged() ?? Number.POSITIVE_INFINITY);
  }
}
