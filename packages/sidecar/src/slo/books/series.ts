import type { DatabaseSync } from "node:sqlite";
import type { Zone } from "@mcp-ops/cost";
import { type Minute, type Objective, objective } from "@mcp-ops/slo";
import type { ObjectiveSettings } from "../settings.ts";

/** An objective as it was promised for some time. Whatever changes about it, another series begins, so that a month is reported as it was promised. */
export interface Series {
  readonly id: number;
  readonly objective: Objective;
  /** Since when it is promised so. */
  readonly made: Minute;
  /** Since when something is known of it: that may be longer. */
  readonly since: Minute;
  /** Until when it was; undefined while it is. */
  readonly until: Minute | undefined;
  /** From when on its minutes have never been judged; undefined where all have. */
  readonly unreadFrom: Minute | undefined;
}

/** The series there are and were. */
export class SeriesBook {
  readonly #state: DatabaseSync;

  constructor(state: DatabaseSync) {
    this.#state = state;
  }

  /**
   * Makes the series be what the config promises. One that is new, and one that was taken back and is promised again as it was, have minutes
   * that were never judged.
   */
  take(objectives: Readonly<Record<string, ObjectiveSettings>>, zone: Zone, now: Minute): void {
    const ids = Object.entries(objectives).map(([name, settings]) => {
      const definition = definitionOf(settings);
      const id = this.#find(name, definition, zone.name) ?? this.#make(name, definition, zone.name, now);
      this.#state
        .prepare("UPDATE slo_series SET unread_from = COALESCE(unread_from, until), until = NULL WHERE id = ?")
        .run(id);
      return id;
    });
    this.#state.prepare(`UPDATE slo_series SET until = ? WHERE until IS NULL AND id NOT IN (${ids.join()})`).run(now);
  }

  /** Those that are promised now. */
  get open(): readonly Series[] {
    return this.#read("until IS NULL");
  }

  /** Those that were promised at some time between. */
  between(from: Minute, to: Minute): readonly Series[] {
    return this.#read(`made < ${to} AND (until IS NULL OR until > ${from})`);
  }

  /** All minutes of a series are judged. What was recorded before it was promised counts, too. */
  noteRead({ id }: Series, first: Minute | undefined): void {
    this.#state
      .prepare("UPDATE slo_series SET unread_from = NULL, since = MIN(since, COALESCE(?, since)) WHERE id = ?")
      .run(first ?? null, id);
  }

  /** How many good and bad events a series has counted since it was made: these only grow. */
  counted({ id }: Series): { readonly to: Minute; readonly good: number; readonly bad: number } {
    const row = this.#state.prepare("SELECT counted_to, good, bad FROM slo_series WHERE id = ?").get(id);
    return { to: Number(row?.counted_to), good: Number(row?.good), bad: Number(row?.bad) };
  }

  count({ id }: Series, to: Minute, good: number, bad: number): void {
    this.#state
      .prepare("UPDATE slo_series SET counted_to = ?, good = good + ?, bad = bad + ? WHERE id = ?")
      .run(to, good, bad, id);
  }

  /** Forgets those of which nothing is kept any more, and where they stood: the next one may get the number of one that is gone. */
  prune(): void {
    this.#state.exec(
      `DELETE FROM slo_series WHERE until IS NOT NULL AND id NOT IN (SELECT series FROM slo_days) AND id NOT IN (SELECT series FROM slo_minutes);
       DELETE FROM slo_tracks WHERE series NOT IN (SELECT id FROM slo_series);
       DELETE FROM slo_incidents WHERE series NOT IN (SELECT id FROM slo_series)`,
    );
  }

  /** Nothing is counted beyond what is over: a clock that was ahead has counted minutes that are still to come. */
  countNoFurther({ id }: Series, than: Minute): void {
    this.#state.prepare("UPDATE slo_series SET counted_to = MIN(counted_to, ?) WHERE id = ?").run(than, id);
  }

  #find(name: string, definition: string, zone: string): number | undefined {
    const row = this.#state
      .prepare("SELECT id FROM slo_series WHERE name = ? AND definition = ? AND time_zone = ?")
      .get(name, definition, zone);
    return row && Number(row.id);
  }

  #make(name: string, definition: string, zone: string, now: Minute): number {
    const { lastInsertRowid } = this.#state
      .prepare(
        "INSERT INTO slo_series (name, definition, time_zone, made, since, unread_from, counted_to, good, bad) VALUES (?, ?, ?, ?, ?, 0, ?, 0, 0)",
      )
      .run(name, definition, zone, now, now, now);
    return Number(lastInsertRowid);
  }

  #read(where: string): readonly Series[] {
    const rows = this.#state.prepare(`SELECT * FROM slo_series WHERE ${where} ORDER BY name, id`).all();
    return rows.map(({ id, name, definition, made, since, until, unread_from }) => ({
      id: Number(id),
      objective: objective({ name: String(name), ...(JSON.parse(String(definition)) as ObjectiveSettings) }),
      made: Number(made),
      since: Number(since),
      until: until === null ? undefined : Number(until),
      unreadFrom: unread_from === null ? undefined : Number(unread_from),
    }));
  }
}

/** The same for the same promise, in whatever order it is written down. */
function definitionOf({ outcomes, ...settings }: ObjectiveSettings): string {
  const ordered = outcomes && Object.fromEntries(Object.entries(outcomes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify({ ...settings, ...(ordered !== undefined && { outcomes: ordered }) });
}
