/** How much of a terminal there is. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export type Style = "bold" | "dim" | "red" | "green";

/** Colours a text, or leaves it alone where there are no colours. Applied last: colours have no width. */
export type Paint = (style: Style, text: string) => string;

/** Seconds with two digits that matter: `0.42ms`, `4.2ms`, `42ms`, `420ms`, `4.2s`. */
export function seconds(value: number | undefined): string {
  if (value === undefined) return "-";
  return value < 0.9995 ? `${twoDigits(value * 1000)}ms` : `${twoDigits(value)}s`;
}

function twoDigits(value: number): string {
  if (value < 0.995) return value.toFixed(2);
  return value < 9.95 ? value.toFixed(1) : value.toFixed(0);
}

/** As much of the text as fits, with an ellipsis where something is missing. */
export function fit(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 1 ? "" : `${text.slice(0, width - 1)}…`;
}

/** Items separated by commas, in as many lines as they need, behind a word that stands on the first line only. */
export function list(word: string, items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = word;
  for (const [index, item] of items.entries()) {
    const piece = index === items.length - 1 ? item : `${item},`;
    if (line.length + piece.length > width && line.trim() !== word.trim()) {
      lines.push(line.trimEnd());
      line = " ".repeat(word.length);
    }
    line += `${piece} `;
  }
  return [...lines, line.trimEnd()].map((text) => fit(text, width));
}

/** `12 tool_error, 3 lost` */
export function kinds(counts: readonly (readonly [string, number])[]): string {
  return counts.map(([kind, count]) => `${count} ${kind}`).join(", ");
}
