import {
  GraphGradientMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { FieldColorModeId } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { PROMETHEUS } from "../variables.ts";
import {
  colourOf,
  type FigureWords,
  fixedColour,
  type Placeable,
  type Query,
  rangeQuery,
  refId,
  type SeriesColours,
} from "./panel.ts";

export interface GraphWords extends Omit<FigureWords, "steps" | "words"> {
  readonly queries: readonly Query[];
  readonly colours?: SeriesColours;
  /** For parts of a whole. */
  readonly isStacked?: boolean;
  /** The scale goes at least so far, so that little does not look like much. */
  readonly softMax?: number;
}

const STACKED_FILL = 40;
const FILL = 8;
const TOOLTIP_HEIGHT = 400;

/** How something went over time. */
export function graph(words: GraphWords): Placeable {
  const { title, description, unit, decimals, queries, colours = {}, isStacked = false, softMax, links = [] } = words;
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit(unit)
    .axisSoftMin(0)
    .colorScheme(colourOf(FieldColorModeId.PaletteClassicByName))
    .lineWidth(1)
    .fillOpacity(isStacked ? STACKED_FILL : FILL)
    .gradientMode(GraphGradientMode.None)
    .showPoints(VisibilityMode.Auto)
    .stacking(new StackingConfigBuilder().group("A").mode(isStacked ? StackingMode.Normal : StackingMode.None))
    .legend(legend())
    .tooltip(
      new VizTooltipOptionsBuilder()
        .mode(TooltipDisplayMode.Multi)
        .sort(SortOrder.Descending)
        .maxHeight(TOOLTIP_HEIGHT),
    )
    .targets(queries.map((query, index) => rangeQuery(query, refId(index))))
    .dataLinks([...links]);
  for (const [name, colour] of Object.entries(colours)) panel.overrideByName(name, [fixedColour(colour)]);
  if (softMax !== undefined) panel.axisSoftMax(softMax);
  return decimals === undefined ? panel : panel.decimals(decimals);
}

function legend(): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .calcs([]);
}
