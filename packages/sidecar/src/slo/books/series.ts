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
}

type Row = Readonly<Record<string, unknown>>;

/** The series there are and were. */
export class SeriesBook {
  readonly #state: DatabaseSync;

  constructor(state: DatabaseSync) {
    this.#state = state;
  }

  /**
   * Makes the series be what the config promises. `fresh`: those whose minutes have still to be judged, and from when on: new ones, and one that was
   * taken back and is promised again as it was.
   */
  take(objectives: Readonly<Record<string, ObjectiveSettings>>, zone: Zone, now: Minute): ReadonlyMap<number, Minute> {
    const wanted = Object.entries(objectives).map(([name, settings]) => ({
      name,
      definition: JSON.stringify(settings),
    }));
    const keep = new Set<number>();
    const fresh = new Map<number, Minute>();
    for (const { name, definition } of wanted) {
      const found = this.#find(name, definition, zone.name);
      const id = found === undefined ? this.#make(name, definition, zone.name, now) : Number(found.id);
      keep.add(id);
      if (found === undefined) fresh.set(id, 0);
      else if (found.until !== null) fresh.set(id, Number(found.until));
    }
    this.#state.exec(`UPDATE slo_series SET until = NULL WHERE id IN (${[...keep].join()})`);
    this.#state.exec(`UPDATE slo_series SET until = ${now} WHERE until IS NULL AND id NOT IN (${[...keep].join()})`);
    return fresh;
  }

  /** Those that are promised now. */
  get open(): readonly Series[] {
    return this.#read("until IS NULL");
  }

  /** Those that were promised at some time between. */
  between(from: Minute, to: Minute): readonly Series[] {
    return this.#read(`made < ${to} AND (until IS NULL OR until > ${from})`);
  }

  /** What was recorded before it was promised counts, too. */
  noteFirst({ id }: Series, first: Minute | undefined): void {
    if (first !== undefined)
      this.#state.prepare("UPDATE slo_series SET since = MIN(since, ?) WHERE id = ?").run(first, id);
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

  /** Forgets those of which nothing is kept any more. */
  prune(): void {
    this.#state.exec(
      "DELETE FROM slo_series WHERE until IS NOT NULL AND id NOT IN (SELECT series FROM slo_days) AND id NOT IN (SELECT series FROM slo_minutes)",
    );
  }

  #find(name: string, definition: string, zone: string): Row | undefined {
    return this.#state
      .prepare("SELECT id, until FROM slo_series WHERE name = ? AND definition = ? AND time_zone = ?")
      .get(name, definition, zone);
  }

  #make(name: string, definition: string, zone: string, now: Minute): number {
    const { lastInsertRowid } = this.#state
      .prepare(
        "INSERT INTO slo_series (name, definition, time_zone, made, since, counted_to, good, bad) VALUES (?, ?, ?, ?, ?, ?, 0, 0)",
      )
      .run(name, definition, zone, now, now, now);
    return Number(lastInsertRowid);
  }

  #read(where: string): readonly Series[] {
    const rows = this.#state.prepare(`SELECT * FROM slo_series WHERE ${where} ORDER BY name, id`).all();
    return rows.map(({ id, name, definition, made, since, until }) => ({
      id: Number(id),
      objective: objective({ name: String(name), ...(JSON.parse(String(definition)) as ObjectiveSettings) }),
      made: Number(made),
      since: Number(since),
      until: until === null ? undefined : Number(until),
    }));
  }
}
