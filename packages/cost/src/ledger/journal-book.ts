import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  JOURNAL_STATUSES,
  type JournalLine,
  type JournalStart,
  MAX_LISTED_TOOLS,
  TOKEN_METHODS,
} from "@mcp-ops/formats";
import type { Minute } from "../calendar/zone.ts";
import type { LostCounts } from "../quantities.ts";
import type { UseBook } from "./use-book.ts";

/** How far a journal was read. */
export interface JournalPlace {
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** In the midst of a line that is too long to be one of ours: what follows up to its end is left out. */
  readonly isSkipping: boolean;
}

/** A piece that was read, up to a place. */
export interface JournalPiece extends JournalPlace {
  readonly name: string;
  /** Lines in it that could not be read. */
  readonly garbage: number;
}

export const NOTHING_LOST: LostCounts = { queue: 0, file: 0, garbage: 0 };

export function addLost(a: LostCounts, b: LostCounts): LostCounts {
  return { queue: a.queue + b.queue, file: a.file + b.file, garbage: a.garbage + b.garbage };
}

/** A server's clock and ours may differ by so much. */
const MAX_AHEAD_MINUTES = 5;

/** Books lines, and in the same transaction how far they go: each once, whoever is killed when. */
export class JournalBook {
  readonly #uses: UseBook;
  readonly #read: StatementSync;
  readonly #write: StatementSync;
  readonly #remove: StatementSync;
  readonly #miss: StatementSync;
  readonly #all: StatementSync;

  constructor(database: DatabaseSync, uses: UseBook) {
    this.#uses = uses;
    this.#read = database.prepare("SELECT offset, is_skipping FROM journal_files WHERE name = ?");
    this.#write = database.prepare("INSERT OR REPLACE INTO journal_files (name, offset, is_skipping) VALUES (?, ?, ?)");
    this.#remove = database.prepare("DELETE FROM journal_files WHERE name = ?");
    this.#miss = database.prepare("UPDATE journal_files SET missed_minute = ? WHERE name = ?");
    this.#all = database.prepare("SELECT name FROM journal_files WHERE missed_minute IS NULL ORDER BY name");
  }

  get names(): readonly string[] {
    return this.#all.all().map(({ name }) => String(name));
  }

  place(name: string): JournalPlace {
    const row = this.#read.get(name);
    return { offset: Number(row?.offset ?? 0), isSkipping: row?.is_skipping === 1 };
  }

  /**
   * What could not be booked, as the lines say or as they are.
   *
   * @param from lines before it are too old
   */
  book(piece: JournalPiece, lines: readonly JournalLine[], from: Minute, now: Minute): LostCounts {
    const sound = lines.filter((line) => line.kind === "start" || isSound(line, from, now + MAX_AHEAD_MINUTES));
    const lost = { ...NOTHING_LOST, garbage: piece.garbage + lines.length - sound.length };
    this.#uses.book(sound.filter((line) => line.kind === "use"));
    for (const line of sound) {
      if (line.kind === "definitions") this.#uses.bookDefinitions(line);
      if (line.kind !== "lost") continue;
      this.#uses.bookLost(line);
      lost[line.why] += line.count;
    }
    if (lost.garbage > 0) this.#uses.bookLost({ minute: now, count: lost.garbage, why: "garbage" });
    this.#write.run(piece.name, piece.offset, piece.isSkipping ? 1 : 0);
    return lost;
  }

  forget(names: readonly string[]): void {
    for (const name of names) this.#remove.run(name);
  }

  miss(names: readonly string[], minute: Minute): void {
    for (const name of names) this.#miss.run(minute, name);
  }
}

/** A time that can be, and words of the table of outcomes: what a journal can make up must not make rows without end. */
function isSound(line: Exclude<JournalLine, JournalStart>, from: Minute, to: Minute): boolean {
  if (line.minute < from || line.minute > to) return false;
  if (line.kind === "use") return JOURNAL_STATUSES.includes(line.status);
  if (line.kind === "lost") return line.why === "queue" || line.why === "file";
  return TOKEN_METHODS.includes(line.method) && line.tools.length <= MAX_LISTED_TOOLS;
}
