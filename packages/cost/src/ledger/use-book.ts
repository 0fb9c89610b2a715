import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { JournalDefinitions, JournalLost, JournalUse } from "@mcp-ops/formats";
import type { Bounds } from "./bounds.ts";
import { addCounts, addingStatement, type Counts, countsOf } from "./counts.ts";
import { addLatencies, type Latencies } from "./latencies.ts";
import { type NameKind, type Names, NOBODY } from "./names.ts";
import type { Segments } from "./segments.ts";
import { type Ids, Tally } from "./tally.ts";

/** How many exchanges ended in a way, and how long they took. */
export interface Outcomes {
  readonly count: number;
  readonly latencies: Latencies;
}

export const addOutcomes = (a: Outcomes, b: Outcomes): Outcomes => ({
  count: Math.min(Number.MAX_SAFE_INTEGER, a.count + b.count),
  latencies: addLatencies(a.latencies, b.latencies),
});

/** Writes exchanges into the tables of minutes and those of days at once, so that both always say the same. */
export class UseBook {
  readonly #names: Names;
  readonly #segments: Segments;
  readonly #bounds: Bounds;
  readonly #counts: Readonly<Record<"uses" | "use_days" | "session_days", StatementSync>>;
  readonly #outcomes: Readonly<Record<"outcomes" | "outcome_days", { read: StatementSync; write: StatementSync }>>;
  readonly #definitions: StatementSync;
  readonly #lost: StatementSync;

  constructor(database: DatabaseSync, names: Names, segments: Segments, bounds: Bounds) {
    this.#names = names;
    this.#segments = segments;
    this.#bounds = bounds;
    const adding = (table: string, ...keys: string[]) => database.prepare(addingStatement(table, keys));
    this.#counts = {
      uses: adding("uses", "minute", "server", "method", "target", "status", "principal", "session"),
      use_days: adding("use_days", "segment", "server", "method", "target", "status", "principal"),
      session_days: adding("session_days", "segment", "server", "session", "method", "target"),
    };
    this.#outcomes = {
      outcomes: merging(database, "outcomes", "minute"),
      outcome_days: merging(database, "outcome_days", "segment"),
    };
    this.#definitions = database.prepare(
      `INSERT INTO definitions (server, hour, minute, method, tokens, tools) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET minute = excluded.minute, method = excluded.method, tokens = excluded.tokens, tools = excluded.tools
       WHERE excluded.minute >= minute`,
    );
    this.#lost = database.prepare(
      `INSERT INTO lost (segment, why, count) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET count = min(count + excluded.count, ${Number.MAX_SAFE_INTEGER})`,
    );
  }

  book(lines: readonly JournalUse[]): void {
    this.#bounds.begin();
    const uses = new Tally<Counts>();
    const outcomes = new Tally<Outcomes>();
    for (const line of lines) {
      const key = this.#keyOf(line);
      uses.add(key, countsOf(line), addCounts);
      // Tokens that were counted late come without their exchange, which is booked already.
      if (line.count === 0) continue;
      outcomes.add(
        key.slice(0, OUTCOME_KEYS),
        { count: line.count, latencies: addLatencies([], line.latencies) },
        addOutcomes,
      );
    }
    this.#write(uses.rows.values());
    for (const { key, value } of outcomes.rows.values()) this.#merge("outcomes", key, value);
    this.#days(uses, outcomes);
  }

  /** Of each hour the newest is kept. */
  bookDefinitions({ server, minute, method, tokens, tools }: JournalDefinitions): void {
    const { day } = this.#segments.at(minute);
    const id = this.#names.id("server", this.#bounds.server(day, server), minute);
    this.#definitions.run(id, Math.floor(minute / 60), minute, method, tokens, JSON.stringify(tools));
  }

  bookLost({ minute, count, why }: Pick<JournalLost, "minute" | "count"> & { readonly why: string }): void {
    this.#lost.run(this.#segments.at(minute).id, why, count);
  }

  /** Sums of minutes, by the first of them and server, method, target and status, into those of days. */
  sumUp(sums: Tally<Outcomes>): void {
    const days = new Tally<Outcomes>();
    for (const { key, value } of sums.rows.values()) {
      const [minute = 0, ...kind] = key;
      days.add([this.#segments.at(minute).id, ...kind], value, addOutcomes);
    }
    for (const { key, value } of days.rows.values()) this.#merge("outcome_days", key, value);
  }

  #keyOf(line: JournalUse): Ids {
    const { minute } = line;
    const bounded = this.#bounds.within(this.#segments.at(minute).day, minute, {
      ...line,
      principal: line.principal,
      session: line.session,
    });
    const id = (kind: NameKind, text: string | undefined) =>
      text === undefined ? NOBODY : this.#names.id(kind, text, minute);
    return [
      minute,
      id("server", bounded.server),
      id("method", bounded.method),
      id("target", bounded.target),
      id("status", line.status),
      id("principal", bounded.principal),
      id("session", bounded.session),
    ];
  }

  #write(rows: Iterable<{ readonly key: Ids; readonly value: Counts }>): void {
    for (const { key, value } of rows) this.#counts.uses.run(...key, ...value);
  }

  /** The same rows once more, by day. */
  #days(uses: Tally<Counts>, outcomes: Tally<Outcomes>): void {
    const useDays = new Tally<Counts>();
    const sessionDays = new Tally<Counts>();
    const outcomeDays = new Tally<Outcomes>();
    for (const { key, value } of uses.rows.values()) {
      const [minute = 0, server = 0, method = 0, target = 0, status = 0, principal = 0, session = 0] = key;
      const segment = this.#segments.at(minute).id;
      useDays.add([segment, server, method, target, status, principal], value, addCounts);
      if (session !== NOBODY) sessionDays.add([segment, server, session, method, target], value, addCounts);
    }
    for (const {
      key: [minute = 0, ...key],
      value,
    } of outcomes.rows.values())
      outcomeDays.add([this.#segments.at(minute).id, ...key], value, addOutcomes);
    for (const { key, value } of useDays.rows.values()) this.#counts.use_days.run(...key, ...value);
    for (const { key, value } of sessionDays.rows.values()) this.#counts.session_days.run(...key, ...value);
    for (const { key, value } of outcomeDays.rows.values()) this.#merge("outcome_days", key, value);
  }

  #merge(table: "outcomes" | "outcome_days", key: Ids, more: Outcomes): void {
    const { read, write } = this.#outcomes[table];
    const row = read.get(...key);
    const before = row && { count: Number(row.count), latencies: JSON.parse(String(row.latencies)) as Latencies };
    const { count, latencies } = before === undefined ? more : addOutcomes(before, more);
    write.run(...key, count, JSON.stringify(latencies));
  }
}

/** Minute, server, method, target, status. */
const OUTCOME_KEYS = 5;

function merging(database: DatabaseSync, table: string, time: string): { read: StatementSync; write: StatementSync } {
  const keys = [time, "server", "method", "target", "status"];
  const where = keys.map((key) => `${key} = ?`).join(" AND ");
  return {
    read: database.prepare(`SELECT count, latencies FROM ${table} WHERE ${where}`),
    write: database.prepare(
      `INSERT OR REPLACE INTO ${table} (${keys.join(", ")}, count, latencies) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
}
