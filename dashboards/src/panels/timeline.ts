import { VisibilityMode } from "@grafana/grafana-foundation-sdk/common";
import { FieldColorModeId } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { COLOUR } from "../colours.ts";
import { PROMETHEUS } from "../variables.ts";
import {
  colourOf,
  type FigureWords,
  mappings,
  type Placeable,
  type Query,
  rangeQuery,
  refId,
  thresholds,
} from "./panel.ts";

/** In which state something was, and when. Each value has its word and colour. */
export function timeline(words: FigureWords & { readonly queries: readonly Query[] }): Placeable {
  const { title, description, unit, queries, links = [] } = words;
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit(unit)
    .mappings(mappings(words.words))
    .thresholds(thresholds(words.steps ?? [[null, COLOUR.grey]]))
    .colorScheme(colourOf(FieldColorModeId.Thresholds))
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .targets(queries.map((query, index) => rangeQuery(query, refId(index))))
    .dataLinks([...links]);
}
