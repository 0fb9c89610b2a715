/** Colours of the picture, and those that a panel gives to values and names. */
import type { Panel, Threshold, ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";

export const THEME = {
  page: "#111217",
  panel: "#181B1F",
  line: "#2C3235",
  text: "#CCCCDC",
  faint: "#8E8E9A",
  link: "#6E9FFF",
} as const;

/** For series that have no colour of their own. */
const PALETTE = [
  "#73BF69",
  "#F2CC0C",
  "#8AB8FF",
  "#FF780A",
  "#F2495C",
  "#5794F2",
  "#B877D9",
  "#705DA0",
  "#37872D",
  "#FADE2A",
  "#447EBC",
  "#C15C17",
  "#890F02",
  "#0A437C",
  "#6D1F62",
  "#96D98D",
];

interface Spoken {
  readonly text?: string;
  readonly color?: string;
}

/** Fixed by an override of its name, else one after the other. */
export function seriesColour({ fieldConfig }: Panel, name: string, index: number): string {
  const own = fieldConfig?.overrides.find(({ matcher }) => matcher.options === name);
  const fixed = own?.properties.find(({ id }) => id === "color")?.value?.fixedColor;
  return fixed ?? PALETTE[index % PALETTE.length] ?? THEME.text;
}

/** The last step that the value has reached. */
export function stepColour(steps: readonly Threshold[], value: number): string {
  return steps.findLast((step) => step.value === null || value >= step.value)?.color ?? THEME.text;
}

/** The word for a value, where there is one. */
export function wordFor(mappings: readonly ValueMapping[] = [], value: number): Spoken | undefined {
  for (const { type, options } of mappings) {
    if (type === "special" && Number.isNaN(value)) return (options as { result: Spoken }).result;
    const spoken = type === "value" ? (options as Record<string, Spoken>)[String(value)] : undefined;
    if (spoken) return spoken;
  }
  return undefined;
}
