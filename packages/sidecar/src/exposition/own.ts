import { METRIC_TABLE } from "@mcp-ops/formats";
import { escaped, type Family, labelText } from "./family.ts";

/** One figure of our own. */
export interface Figure {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A family of the metric table with these samples, in the classic format. */
export function own(name: string, figures: readonly Figure[]): Family {
  const row = METRIC_TABLE.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`The metric table has no ${name}.`);
  const { type, help, unit } = row;
  const samples = figures.map(({ labels = {}, value }) => ({
    name,
    labels: labelText(Object.entries(labels).map(([label, text]) => [label, escaped(text)])),
    value: String(value),
  }));
  return { name, type, help, ...(unit !== undefined && { unit }), samples };
}
