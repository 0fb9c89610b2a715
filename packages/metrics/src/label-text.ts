/** Labels as both text formats write them, without braces: `a="1",b="2"`. */
export function labelText(labels: object, boundLabel?: string): string {
  let text = "";
  for (const [name, value] of Object.entries(labels)) {
    if (value === undefined) continue;
    const written = name === boundLabel ? boundText(String(value)) : escapeLabel(String(value));
    text += `${text === "" ? "" : ","}${name}="${written}"`;
  }
  return text;
}

/** A label's value; in OpenMetrics a help text too. */
export function escapeLabel(text: string): string {
  return /[\\\n"]/.test(text) ? escapeHelp(text).replaceAll('"', '\\"') : text;
}

/** A help text in the classic format. */
export function escapeHelp(text: string): string {
  return /[\\\n]/.test(text) ? text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n") : text;
}

/**
 * A bound as OpenMetrics wants it and Prometheus 3 stores it (`1.0`, `1.048576e+06`), in the classic text too: else a series
 * would change its identity with the format of the scrape.
 */
function boundText(text: string): string {
  const value = Number(text);
  if (!Number.isFinite(value)) return escapeLabel(text);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
