import {
  AxisPlacement,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder,
  YAxisConfigBuilder,
} from "@grafana/grafana-foundation-sdk/heatmap";
import { PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import type { Link } from "../links.ts";
import { PROMETHEUS } from "../variables.ts";
import { type PanelWords, type Placeable, rangeQuery } from "./panel.ts";

/** Where in the buckets of a histogram the calls fell. The expression keeps `le`. */
export function heatmap(words: PanelWords & { readonly expr: string; readonly links?: readonly Link[] }): Placeable {
  const { title, description, unit, expr, links = [] } = words;
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit("reqps")
    .calculate(false)
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme("Oranges")
        .fill("dark-orange")
        .steps(32)
        .exponent(0.5),
    )
    .yAxis(new YAxisConfigBuilder().unit(unit).axisPlacement(AxisPlacement.Left))
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear))
    .hideLegend()
    .withTarget(rangeQuery({ expr, legend: "{{le}}" }, "A").format(PromQueryFormat.Heatmap))
    .dataLinks([...links]);
}
