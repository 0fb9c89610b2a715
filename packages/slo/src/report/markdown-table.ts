/** A table of GitHub's Markdown whose columns also stand one below the other in a terminal. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [titles, ...rows].map((row) => row.map(escaped));
  const widths = titles.map((_, i) => Math.max(3, ...cells.map((row) => (row[i] ?? "").length)));
  const line = (row: readonly string[]) => `| ${widths.map((width, i) => (row[i] ?? "").padEnd(width)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join("\n");
}

/** Names come from others: none of them may end a cell, begin markup or steer a terminal. What we make bold ourselves stays. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, "�").replace(/[\\|`<>[\]]/g, "\\$&");
}
