import { printable } from "./printable.ts";

export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly right?: boolean;
}

/** Rows under their titles, for people. What files are called cannot steer the terminal. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? "").length)));
  const line = (row: readonly string[]) =>
    columns.map(({ right }, i) => aligned(row[i] ?? "", widths[i] ?? 0, right === true)).join("  ");
  return cells.map((row) => line(row).trimEnd()).join("\n");
}

function aligned(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}
