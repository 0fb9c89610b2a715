import { escapeHelp, escapeLabel } from "./label-text.ts";
import type { Family, Sample, SampleExemplar } from "./snapshot.ts";

export const CLASSIC_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
export const OPENMETRICS_CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const TYPES: ReadonlySet<string> = new Set(["counter", "gauge", "histogram", "summary"]);

/** Prometheus text format 0.0.4. */
export function classicText(families: readonly Family[]): string {
  const lines: string[] = [];
  for (const { name, help, type, samples } of families) {
    lines.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${TYPES.has(type) ? type : "untyped"}`);
    for (const sample of samples) lines.push(sampleLine(sample));
  }
  return `${lines.join("\n")}\n`;
}

/** OpenMetrics 1.0.0. Series have the same names and labels as in the classic text. */
export function openMetricsText(families: readonly Family[]): string {
  const lines: string[] = [];
  for (const family of families) {
    const { name, type } = openMetricsFamily(family);
    lines.push(`# HELP ${name} ${escapeLabel(family.help)}`, `# TYPE ${name} ${type}`);
    if (family.unit !== undefined && name.endsWith(`_${family.unit}`)) lines.push(`# UNIT ${name} ${family.unit}`);
    for (const sample of family.samples) lines.push(sampleLine(sample) + exemplarText(sample.exemplar));
  }
  lines.push("# EOF");
  return `${lines.join("\n")}\n`;
}

/** A counter not named `_total` cannot be one in OpenMetrics; renaming it would split its series, so it loses its type instead. */
function openMetricsFamily({ name, type }: Family): { readonly name: string; readonly type: string } {
  if (type !== "counter") return { name, type: TYPES.has(type) ? type : "unknown" };
  return name.endsWith("_total") ? { name: name.slice(0, -"_total".length), type } : { name, type: "unknown" };
}

function sampleLine({ name, labels, value }: Sample): string {
  return labels === "" ? `${name} ${numberText(value)}` : `${name}{${labels}} ${numberText(value)}`;
}

function exemplarText(exemplar: SampleExemplar | undefined): string {
  if (exemplar === undefined) return "";
  return ` # {${exemplar.labels}} ${numberText(exemplar.value)} ${numberText(exemplar.timestamp)}`;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}
