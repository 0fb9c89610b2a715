import { type JournalLine, parseJournalLine } from "@mcp-ops/formats";

/** Whole lines of a piece of a file. */
export interface Lines {
  readonly lines: readonly JournalLine[];
  /** Lines that are none of ours. */
  readonly garbage: number;
  /** Bytes of the piece up to the end of its last line. */
  readonly bytes: number;
}

const NEWLINE = 0x0a;

/** Reads at most so many lines of a piece; what is after the last newline is left. */
export function linesOf(piece: Buffer, maxLines: number): Lines {
  const lines: JournalLine[] = [];
  let garbage = 0;
  let start = 0;
  for (let count = 0; count < maxLines; count++) {
    const end = piece.indexOf(NEWLINE, start);
    if (end < 0) break;
    try {
      const line = parseJournalLine(piece.toString("utf8", start, end));
      if (line !== undefined) lines.push(line);
    } catch {
      garbage++;
    }
    start = end + 1;
  }
  return { lines, garbage, bytes: start };
}

/** Bytes up to the end of the first line; -1 where it does not end. */
export function lineEnd(piece: Buffer): number {
  const end = piece.indexOf(NEWLINE);
  return end < 0 ? -1 : end + 1;
}
