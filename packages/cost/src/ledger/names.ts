import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Minute } from "../calendar/zone.ts";

export type NameKind = "server" | "method" | "target" | "status" | "principal" | "session";

/** Stands for no name: nobody said who they are, or there is no session. */
export const NOBODY = 0;

const MAX_REMEMBERED = 50_000;
/** A name that is in use is marked as seen so often. */
const SEEN_EVERY_MINUTES = 1_440;

interface Known {
  readonly id: number;
  readonly seen: Minute;
}

/** Small numbers for names, so that a row of a minute takes some sixty bytes. */
export class Names {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #text: StatementSync;
  readonly #seen: StatementSync;
  readonly #ids = new Map<string, Known>();
  readonly #texts = new Map<number, string>();

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("INSERT INTO names (kind, text, seen_minute) VALUES (?, ?, ?)");
    this.#select = database.prepare("SELECT id, seen_minute FROM names WHERE kind = ? AND text = ?");
    this.#text = database.prepare("SELECT text FROM names WHERE id = ?");
    this.#seen = database.prepare("UPDATE names SET seen_minute = ? WHERE id = ?");
  }

  /** The number of a name, which is made where there is none. */
  id(kind: NameKind, text: string, minute: Minute): number {
    const key = `${kind} ${text}`;
    const known = this.#ids.get(key) ?? this.#find(kind, text, minute);
    const isStale = minute - known.seen >= SEEN_EVERY_MINUTES;
    if (isStale) this.#seen.run(minute, known.id);
    if (this.#ids.size >= MAX_REMEMBERED) this.#ids.clear();
    this.#ids.set(key, isStale ? { id: known.id, seen: minute } : known);
    return known.id;
  }

  /** The number of a name that is known; undefined for one that no row has. */
  known(kind: NameKind, text: string): number | undefined {
    const row = this.#select.get(kind, text);
    return row === undefined ? undefined : Number(row.id);
  }

  text(id: number): string {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const text = String(this.#text.get(id)?.text ?? "_other");
    if (this.#texts.size >= MAX_REMEMBERED) this.#texts.clear();
    this.#texts.set(id, text);
    return text;
  }

  /** What was written since has been undone. */
  forget(): void {
    this.#ids.clear();
    this.#texts.clear();
  }

  #find(kind: NameKind, text: string, minute: Minute): Known {
    const row = this.#select.get(kind, text);
    if (row !== undefined) return { id: Number(row.id), seen: Number(row.seen_minute) };
    return { id: Number(this.#insert.run(kind, text, minute).lastInsertRowid), seen: minute };
  }
}
