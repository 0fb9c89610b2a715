import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import type { Ledger } from "@mcp-ops/cost";
import { judgeMinutes, type Minute, type OutcomeRow } from "@mcp-ops/slo";
import type { LedgerShare } from "../ledger-share.ts";
import { inTransaction } from "../state/transaction.ts";
import { KEPT_MINUTES, type Span } from "./books/minutes.ts";
import type { Series } from "./books/series.ts";
import type { Books } from "./books.ts";

/** So long after its end all of a minute is in the ledger: servers write their journals every two seconds, and the sidecar reads them a few times a minute. */
const SETTLED_AFTER: Minute = 2;
/** So much is judged at once, before others have their turn. */
const CHUNK: Minute = 120;

/** Judges minutes once they are over, and once more when calls of theirs come to light. */
export class Bookkeeper {
  readonly #state: DatabaseSync;
  readonly #books: Books;
  readonly #share: LedgerShare;
  /** Series that are new, and from when on their minutes are to be judged. */
  readonly #fresh: Map<number, Minute>;
  /** The first minute that has not been judged. */
  #next: Minute | undefined;
  /** The first minute that has to be judged once more: not all calls were there, or something broke. */
  #again: Minute = Number.POSITIVE_INFINITY;

  constructor(state: DatabaseSync, books: Books, share: LedgerShare, fresh: ReadonlyMap<number, Minute>) {
    this.#state = state;
    this.#books = books;
    this.#share = share;
    this.#fresh = new Map(fresh);
  }

  /** Judges everything before `now`, which is the minute that runs. */
  async work(open: readonly Series[], now: Minute): Promise<void> {
    const { ledger } = this.#share;
    const next = this.#next ?? this.#books.incidents.followedTo ?? Math.min(now, ...open.map(({ made }) => made));
    this.#again = Math.min(this.#again, next - SETTLED_AFTER, this.#share.takeChanged());
    const all = ledger === undefined ? open.filter(isProbed) : open;
    await this.#welcome(all, now, ledger);
    await this.#judge(all, { from: ledger === undefined ? next : this.#again, to: now }, ledger);
    if (ledger !== undefined) this.#again = Number.POSITIVE_INFINITY;
    this.#next = now;
  }

  async #welcome(all: readonly Series[], now: Minute, ledger: Ledger | undefined): Promise<void> {
    const fresh = all.filter(({ id }) => this.#fresh.has(id));
    const from = Math.min(now, ...this.#fresh.values());
    await this.#judge(fresh, { from, to: now }, ledger);
    for (const series of fresh) this.#books.series.noteFirst(series, this.#books.minutes.first(series));
    // What the calls say of them is not known yet.
    if (ledger === undefined) this.#again = Math.min(this.#again, from);
    this.#fresh.clear();
  }

  async #judge(all: readonly Series[], { from, to }: Span, ledger: Ledger | undefined): Promise<void> {
    if (all.length === 0) return;
    const oldest = Math.max(from, to - KEPT_MINUTES);
    for (let at = oldest; at < to; at += CHUNK) {
      this.#judgeSpan(all, { from: at, to: Math.min(to, at + CHUNK) }, ledger);
      await setImmediate();
    }
    for (const series of all) await this.#follow(series, to - SETTLED_AFTER, oldest);
  }

  async #follow(series: Series, to: Minute, changed: Minute): Promise<void> {
    let isMore = this.#books.incidents.follow(series, to, changed);
    while (isMore) {
      await setImmediate();
      isMore = this.#books.incidents.follow(series, to, to);
    }
  }

  #judgeSpan(all: readonly Series[], span: Span, ledger: Ledger | undefined): void {
    const rows: readonly OutcomeRow[] = [...(ledger?.outcomes(span) ?? [])];
    const probes = this.#books.probes.between(span);
    inTransaction(this.#state, () => {
      for (const series of all) this.#books.minutes.book(series, span, judgeMinutes(series.objective, rows, probes));
    });
  }
}

/** Of which the probes can say something, without a single call. */
function isProbed({ objective }: Series): boolean {
  return objective.kind === "availability";
}
