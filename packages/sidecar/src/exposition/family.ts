/** `classic` is Prometheus' text format 0.0.4, `openMetrics` is OpenMetrics 1.0.0. */
export type Format = "classic" | "openMetrics";

/** Name and value, the value as it is written between the quotes, escapes and all: it is passed on, never read. */
export type Label = readonly [name: string, written: string];

/** Labels as they are written between the braces. */
export function labelText(labels: readonly Label[]): string {
  return labels.map(([name, written]) => `${name}="${written}"`).join(",");
}

export interface Sample {
  readonly name: string;
  /** As they are written between the braces: one text takes a tenth of the memory of its parts, and there may be 100 000. */
  readonly labels: string;
  /** As it is written: a number that is passed on must not change. */
  readonly value: string;
  /** As it is written behind `# `. OpenMetrics only. */
  readonly exemplar?: string;
}

/** A metric family of one page, with the name and type it has in that page's format. */
export interface Family {
  readonly name: string;
  readonly type: string;
  /** As it is written. */
  readonly help?: string;
  readonly unit?: string;
  readonly samples: readonly Sample[];
}

/** The type of a family of which nothing is said. */
export const UNTYPED: Readonly<Record<Format, string>> = { classic: "untyped", openMetrics: "unknown" };

const COMMON = ["counter", "gauge", "histogram", "summary"];

/** The types a format has; any other would make a page unreadable. */
export const TYPES: Readonly<Record<Format, ReadonlySet<string>>> = {
  classic: new Set([...COMMON, "untyped"]),
  openMetrics: new Set([...COMMON, "gaugehistogram", "stateset", "info", "unknown"]),
};

const HISTOGRAM = ["_bucket", "_sum", "_count", "_created"];

/** What a sample's name may add to the name of its family, by the type of that. */
export const SUFFIXES: Readonly<Record<Format, Readonly<Record<string, readonly string[]>>>> = {
  classic: { histogram: HISTOGRAM, summary: ["", "_sum", "_count", "_created"] },
  openMetrics: {
    counter: ["_total", "_created"],
    histogram: HISTOGRAM,
    gaugehistogram: ["_bucket", "_gsum", "_gcount"],
    summary: ["", "_sum", "_count", "_created"],
    info: ["_info"],
  },
};

/** A text as a label value or help has it in either format. */
export function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}
