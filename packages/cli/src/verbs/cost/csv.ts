/**
 * One line of CSV (RFC 4180). Names come from servers and clients: what a spreadsheet would run as a formula gets an apostrophe before it, and
 * control characters are left out.
 */
export function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => quoted(harmless(cell))).join(",");
}

function harmless(cell: string): string {
  const plain = cell.replace(/\p{Cc}/gu, "");
  return /^[=+\-@]/.test(plain) ? `'${plain}` : plain;
}

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
