import type { DatabaseSync } from "node:sqlite";
import { OTHER } from "@mcp-ops/formats";
import type { LedgerLimits } from "./limits.ts";

/** What an exchange was, in names that others chose. */
export interface Kind {
  readonly server: string;
  readonly method: string;
  readonly target: string;
  readonly principal: string | undefined;
  readonly session: string | undefined;
}

type Field = "method" | "target" | "principal" | "session";

/** Names held in memory, of all days and servers; beyond, they are read again where they are needed. */
const MAX_HELD = 50_000;

/** Keeps the names of a day few: the first to come keep theirs. */
export class Bounds {
  readonly #database: DatabaseSync;
  readonly #limits: LedgerLimits;
  readonly #held = new Map<string, Set<string>>();
  /** Rows by minute, as of the start of the batch. */
  readonly #rows = new Map<number, number>();
  #names = 0;

  constructor(database: DatabaseSync, limits: LedgerLimits) {
    this.#database = database;
    this.#limits = limits;
  }

  /** The same, with names that find no room put together. */
  within(day: string, minute: number, kind: Kind): Kind {
    const server = this.server(day, kind.server);
    const crowd = this.#rowsOf(minute) / this.#limits.rowsAMinute;
    const fold = (field: Field, value: string, limit: number, isCrowded: boolean) =>
      isCrowded
        ? OTHER
        : this.#admit(`${day} ${field} ${server}`, value, limit, () => this.#namesOf(day, server, field));
    const { methods, targets, principals, sessions } = this.#limits;
    const { principal, session } = kind;
    return {
      server,
      method: fold("method", kind.method, methods, false),
      target: kind.target === "" ? "" : fold("target", kind.target, targets, crowd >= 2),
      principal: principal === undefined ? undefined : fold("principal", principal, principals, crowd >= 1),
      session: session === undefined ? undefined : fold("session", session, sessions, crowd >= 1),
    };
  }

  server(day: string, name: string): string {
    return this.#admit(`${day} server`, name, this.#limits.servers, () => this.#serversOf(day));
  }

  /** A batch begins. */
  begin(): void {
    this.#rows.clear();
  }

  /** What was written since has been undone. */
  forget(): void {
    this.#rows.clear();
    this.#held.clear();
    this.#names = 0;
  }

  #admit(place: string, name: string, limit: number, read: () => Iterable<string>): string {
    const held = this.#held.get(place) ?? this.#hold(place, read());
    if (held.has(name) || name === OTHER) return name;
    if (held.size >= limit) return OTHER;
    held.add(name);
    this.#names++;
    return name;
  }

  #hold(place: string, names: Iterable<string>): Set<string> {
    if (this.#names >= MAX_HELD) this.forget();
    const held = new Set(names);
    held.delete(OTHER);
    this.#held.set(place, held);
    this.#names += held.size;
    return held;
  }

  #serversOf(day: string): readonly string[] {
    const rows = this.#database
      .prepare(
        `SELECT names.text FROM names WHERE id IN (
           SELECT server FROM segments JOIN use_days ON segment = segments.id WHERE day = ?
           UNION SELECT server FROM segments JOIN usage_days ON segment = segments.id WHERE day = ?)`,
      )
      .all(day, day);
    return rows.map(({ text }) => String(text));
  }

  #namesOf(day: string, server: string, field: Field): readonly string[] {
    const table = field === "session" ? "session_days" : "use_days";
    const rows = this.#database
      .prepare(
        `SELECT DISTINCT names.text FROM segments JOIN ${table} ON segment = segments.id JOIN names ON names.id = ${table}.${field}
         WHERE day = ? AND server = (SELECT id FROM names WHERE kind = 'server' AND text = ?)`,
      )
      .all(day, server);
    return rows.map(({ text }) => String(text));
  }

  #rowsOf(minute: number): number {
    const known = this.#rows.get(minute);
    if (known !== undefined) return known;
    const row = this.#database.prepare("SELECT COUNT(*) AS rows FROM uses WHERE minute = ?").get(minute);
    this.#rows.set(minute, Number(row?.rows));
    return Number(row?.rows);
  }
}
