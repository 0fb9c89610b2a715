import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { FieldColorModeId } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { COLOUR } from "../colours.ts";
import { PROMETHEUS } from "../variables.ts";
import {
  colourOf,
  type FigureWords,
  instantQuery,
  mappings,
  type Placeable,
  type Query,
  rangeQuery,
  type Steps,
  thresholds,
} from "./panel.ts";

/** Well at nought, ill from one on: for counts of what should not be. */
export const NONE_IS_WELL: Steps = [
  [null, COLOUR.green],
  [1, COLOUR.red],
];

/** For counts of what somebody should look at tomorrow. */
export const NONE_IS_BEST: Steps = [
  [null, COLOUR.green],
  [1, COLOUR.yellow],
];

/** A figure that has no opinion of its own yet. */
const NO_OPINION: Steps = [[null, COLOUR.blue]];

export interface StatWords extends FigureWords, Query {
  /** What stands there where there is no such series. */
  readonly none: string;
  /** Draws the way it came behind the figure. */
  readonly trend?: boolean;
  /** Says its name, too: a currency. */
  readonly isNamed?: boolean;
}

/** One figure, readable from the door. */
export function stat(words: StatWords): Placeable {
  const {
    title,
    description,
    unit,
    decimals,
    none,
    steps = NO_OPINION,
    trend = false,
    isNamed = false,
    links = [],
  } = words;
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit(unit)
    .noValue(none)
    .mappings(mappings(words.words))
    .thresholds(thresholds(steps))
    .colorScheme(colourOf(FieldColorModeId.Thresholds))
    .colorMode(trend ? BigValueColorMode.Value : BigValueColorMode.Background)
    .graphMode(trend ? BigValueGraphMode.Area : BigValueGraphMode.None)
    .textMode(isNamed ? BigValueTextMode.ValueAndName : BigValueTextMode.Auto)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false))
    .withTarget(trend ? rangeQuery(words, "A") : instantQuery(words, "A"))
    .dataLinks([...links]);
  return decimals === undefined ? panel : panel.decimals(decimals);
}
