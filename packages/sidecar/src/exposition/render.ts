import type { Family, Format, Sample } from "./family.ts";

export const CONTENT_TYPE: Readonly<Record<Format, string>> = {
  classic: "text/plain; version=0.0.4; charset=utf-8",
  openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** The page of these families, which are in that format already. */
export function render(families: readonly Family[], format: Format): string {
  const lines: string[] = [];
  for (const { name, type, help, unit, samples } of families) {
    if (samples.length === 0) continue;
    if (help !== undefined) lines.push(`# HELP ${name} ${help}`);
    lines.push(`# TYPE ${name} ${type}`);
    if (format === "openMetrics" && unit !== undefined && name.endsWith(`_${unit}`))
      lines.push(`# UNIT ${name} ${unit}`);
    for (const sample of samples) lines.push(sampleLine(sample, format));
  }
  if (format === "openMetrics") lines.push("# EOF");
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function sampleLine({ name, labels, value, exemplar }: Sample, format: Format): string {
  const line = labels === "" ? `${name} ${value}` : `${name}{${labels}} ${value}`;
  return exemplar === undefined || format === "classic" ? line : `${line} # ${exemplar}`;
}
