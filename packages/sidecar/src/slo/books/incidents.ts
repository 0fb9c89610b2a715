import type { DatabaseSync } from "node:sqlite";
import { follow, type Incident, type KeptIncident, LOOK_BACK, type Minute, NO_TROUBLE, type Track } from "@mcp-ops/slo";
import { inTransaction } from "../../state/transaction.ts";
import { KEPT_MINUTES, type MinuteBook, type Span } from "./minutes.ts";
import type { Series, SeriesBook } from "./series.ts";

const DAY: Minute = 1_440;

/**
 * Follows each series minute by minute, and keeps its incidents. Where it stood at each midnight is kept as well: when calls come to light
 * that ended long ago, it goes back to before them and follows anew.
 */
export class IncidentBook {
  readonly #state: DatabaseSync;
  readonly #minutes: MinuteBook;
  readonly #series: SeriesBook;

  constructor(state: DatabaseSync, minutes: MinuteBook, series: SeriesBook) {
    this.#state = state;
    this.#minutes = minutes;
    this.#series = series;
  }

  /** How far a series has been followed: its minutes before that have been judged. */
  followedTo(series: Series): Minute {
    return this.#position(series)?.minute ?? series.made;
  }

  /**
   * Goes on with a series towards `to`, at most over one midnight; whether it is not there yet. It goes back first when it is further than
   * `changed`, from where on minutes were judged anew.
   */
  follow(series: Series, to: Minute, changed: Minute): boolean {
    const start = Math.max(to - KEPT_MINUTES, Math.min(changed, series.made));
    let isMore = false;
    inTransaction(this.#state, () => {
      this.#goBack(series, changed);
      this.#series.countNoFurther(series, to);
      const { minute, track } = this.#position(series) ?? { minute: start, track: NO_TROUBLE };
      if (minute >= to) return;
      // What happened before the oldest minute that is kept cannot be followed any more.
      const at = { minute: Math.max(minute, to - KEPT_MINUTES), track };
      const next = Math.min(to, (Math.floor(at.minute / DAY) + 1) * DAY);
      this.#on(series, at, next);
      isMore = next < to;
    });
    return isMore;
  }

  /** Those that touch a span, with the one that is still open. */
  touching(series: Series, { from, to }: Span): readonly KeptIncident[] {
    const rows = this.#state
      .prepare(
        "SELECT * FROM slo_incidents WHERE series = ? AND to_minute > ? AND from_minute < ? ORDER BY from_minute",
      )
      .all(series.id, from, to);
    const ended = rows.map(({ from_minute, to_minute, bad, worst }) => ({
      ...{ from: Number(from_minute), to: Number(to_minute) },
      ...{ bad: Number(bad), worst: Number(worst) },
    }));
    const { isOpen = false, trouble } = this.#position(series)?.track ?? {};
    const isMeant = isOpen && trouble !== undefined && trouble.to > from && trouble.from < to;
    return isMeant ? [...ended, { ...trouble, isOpen: series.until === undefined }] : ended;
  }

  prune(now: Minute, kept: Minute): void {
    this.#state.prepare("DELETE FROM slo_incidents WHERE to_minute < ?").run(kept);
    this.#state.prepare("DELETE FROM slo_tracks WHERE minute < ?").run(now - KEPT_MINUTES);
  }

  #on(series: Series, at: Position, to: Minute): void {
    const span = { from: at.minute, to };
    const minutes = this.#minutes.between(series, { from: at.minute - LOOK_BACK, to });
    const { track, ended } = follow(series.objective, minutes, span, at.track);
    for (const incident of ended) this.#keep(series, incident, to);
    const { id } = series;
    this.#state
      .prepare(`DELETE FROM slo_tracks WHERE series = ? AND minute = ? AND minute % ${DAY} <> 0`)
      .run(id, at.minute);
    this.#state
      .prepare("INSERT OR REPLACE INTO slo_tracks (series, minute, track) VALUES (?, ?, ?)")
      .run(id, to, JSON.stringify(track));
    this.#count(series, span);
  }

  /** A counter that went down would look like a restart: what comes to light later is not counted any more. */
  #count(series: Series, { from, to }: Span): void {
    const before = this.#series.counted(series).to;
    if (to <= before) return;
    const { good, bad } = this.#minutes.sumOf(series)(Math.max(from, before), to);
    this.#series.count(series, to, good, bad);
  }

  #keep({ id }: Series, { from, to, bad, worst }: Incident, noted: Minute): void {
    this.#state
      .prepare(
        "INSERT OR REPLACE INTO slo_incidents (series, from_minute, to_minute, bad, worst, noted) VALUES (?, ?, ?, ?, ?, ?)",
      )
      .run(id, from, to, bad, worst, noted);
  }

  /** To the newest place that is not after what has changed. */
  #goBack({ id }: Series, changed: Minute): void {
    const places = this.#state
      .prepare("SELECT minute FROM slo_tracks WHERE series = ? ORDER BY minute DESC")
      .all(id)
      .map(({ minute }) => Number(minute));
    const [newest] = places;
    if (newest === undefined || newest <= changed) return;
    const place = places.find((minute) => minute <= changed) ?? places.at(-1) ?? newest;
    this.#state.prepare("DELETE FROM slo_incidents WHERE series = ? AND noted > ?").run(id, place);
    this.#state.prepare("DELETE FROM slo_tracks WHERE series = ? AND minute > ?").run(id, place);
  }

  #position({ id }: Series): Position | undefined {
    const row = this.#state
      .prepare("SELECT minute, track FROM slo_tracks WHERE series = ? ORDER BY minute DESC LIMIT 1")
      .get(id);
    return row && { minute: Number(row.minute), track: JSON.parse(String(row.track)) as Track };
  }
}

interface Position {
  readonly minute: Minute;
  readonly track: Track;
}
