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
  /** The first minute that has not been judged. */
  #next: Minute | undefined;
  /** The first minute that has to be judged once more: not all calls were there, or something broke. */
  #again: Minute = Number.POSITIVE_INFINITY;

  constructor(state: DatabaseSync, books: Books, share: LedgerShare) {
    this.#state = state;
    this.#books = books;
    this.#share = share;
  }

  /**
   * Judges everything before `now`, which is the minute that runs. Resolves with the first minute that was judged anew; rejects when it has ended
   * before all was, and goes on the next time.
   */
  async work(now: Minute, ended: AbortSignal): Promise<Minute> {
    const { open } = this.#books.series;
    const task = { to: now, ledger: this.#share.ledger, ended };
    const next = this.#next ?? this.#nextOf(open, now);
    this.#again = Math.min(this.#again, next - SETTLED_AFTER, this.#share.takeChanged());
    const from = Math.max(this.#again, now - KEPT_MINUTES);
    if (task.ledger === undefined) await this.#workBlind(open, next, task);
    else await this.#work(open, task);
    this.#next = now;
    return from;
  }

  /** The first minute that the daemon before has not judged of all. */
  #nextOf(open: readonly Series[], now: Minute): Minute {
    const read = open.filter(({ unreadFrom }) => unreadFrom === undefined);
    return Math.min(now, ...read.map((series) => this.#books.incidents.followedTo(series)));
  }

  async #work(open: readonly Series[], task: Task): Promise<void> {
    const unread = open.filter(({ unreadFrom }) => unreadFrom !== undefined);
    await this.#judge(unread, firstOf(unread), task);
    await this.#judge(open, this.#again, task);
    for (const series of unread) this.#books.series.noteRead(series, this.#books.minutes.first(series));
    this.#again = Number.POSITIVE_INFINITY;
  }

  /** By the probes alone. What the calls say is not known, so all of it is judged once more when the ledger is there. */
  async #workBlind(open: readonly Series[], next: Minute, task: Task): Promise<void> {
    const probed = open.filter(({ objective }) => objective.kind === "availability");
    const unread = this.#next === undefined ? probed.filter(({ unreadFrom }) => unreadFrom !== undefined) : [];
    await this.#judge(unread, firstOf(unread), task);
    await this.#judge(probed, next, task);
  }

  async #judge(all: readonly Series[], from: Minute, task: Task): Promise<void> {
    if (all.length === 0) return;
    const { to, ledger, ended } = task;
    const oldest = Math.max(from, to - KEPT_MINUTES);
    for (let at = oldest; at < to; at += CHUNK) {
      this.#judgeSpan(all, { from: at, to: Math.min(to, at + CHUNK) }, ledger);
      await breathe(ended);
    }
    for (const series of all) await this.#follow(series, to - SETTLED_AFTER, oldest, ended);
  }

  async #follow(series: Series, to: Minute, changed: Minute, ended: AbortSignal): Promise<void> {
    let isMore = this.#books.incidents.follow(series, to, changed);
    while (isMore) {
      await breathe(ended);
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

/** What all steps of one piece of work have in common. */
interface Task {
  readonly to: Minute;
  /** One ledger from beginning to end: without it, calls that are booked already would be taken for none. */
  readonly ledger: Ledger | undefined;
  readonly ended: AbortSignal;
}

/** Lets others have their turn. */
async function breathe(ended: AbortSignal): Promise<void> {
  await setImmediate();
  ended.throwIfAborted();
}

function firstOf(unread: readonly Series[]): Minute {
  return Math.min(...unread.map(({ unreadFrom = 0 }) => unreadFrom));
}
