import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type GridPos,
  MappingType,
  type Panel,
  SpecialValueMatch,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { STATUS_COLOUR, STATUSES } from "../colours.ts";
import type { Link } from "../links.ts";
import { PROMETHEUS } from "../variables.ts";

/** What every panel says of itself. */
export interface PanelWords {
  readonly title: string;
  /** For somebody who has never seen it: what it says, and what has to be on that it says anything. */
  readonly description: string;
  /** Of Grafana's units: `short`, `s`, `bytes`, `percentunit`, `reqps`. */
  readonly unit: string;
}

/** A panel that has its place on the grid still to come. */
export interface Placeable extends Builder<Panel> {
  id(id: number): this;
  gridPos(gridPos: GridPos): this;
}

export interface Query {
  readonly expr: string;
  readonly legend?: string;
  /** Asks for traces of single calls, too. */
  readonly exemplars?: boolean;
}

/** Values from which a figure has a colour; the first holds for all below. */
export type Steps = readonly (readonly [from: number | null, colour: string])[];

export interface FigureWords extends PanelWords {
  /** Whether it is well or ill. Without steps a figure has no opinion: see docs/dashboards.md. */
  readonly steps?: Steps;
  readonly decimals?: number;
  /** Words for single values. */
  readonly words?: Readonly<Record<string, readonly [text: string, colour: string]>>;
  readonly links?: readonly Link[];
}

export function rangeQuery({ expr, legend, exemplars = false }: Query, refId: string): DataqueryBuilder {
  const query = new DataqueryBuilder().datasource(PROMETHEUS).expr(expr).range().refId(refId);
  if (exemplars) query.exemplar(true);
  return legend === undefined ? query : query.legendFormat(legend);
}

export function instantQuery({ expr, legend }: Query, refId: string): DataqueryBuilder {
  const query = new DataqueryBuilder().datasource(PROMETHEUS).expr(expr).instant().refId(refId);
  return legend === undefined ? query : query.legendFormat(legend);
}

export function tableQuery(expr: string, refId: string): DataqueryBuilder {
  return instantQuery({ expr }, refId).format(PromQueryFormat.Table);
}

/** A, B, C … as Grafana names queries. */
export function refId(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

export function thresholds(steps: Steps): ThresholdsConfigBuilder {
  const list = steps.map(([value, color]) => ({ value, color }));
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(list);
}

export function colourOf(mode: FieldColorModeId, fixed?: string): FieldColorBuilder {
  const colour = new FieldColorBuilder().mode(mode);
  return fixed === undefined ? colour : colour.fixedColor(fixed);
}

/** A quantile or a share of nothing is NaN, which says nothing to anybody. */
const NO_NUMBER: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NotANumber, result: { text: "no calls", index: 0 } },
};

export function mappings(words: FigureWords["words"] = {}): ValueMapping[] {
  const options = Object.fromEntries(
    Object.entries(words).map(([value, [text, color]], index) => [value, { text, color, index: index + 1 }]),
  );
  const spoken: ValueMapping[] = Object.keys(options).length === 0 ? [] : [{ type: MappingType.ValueToText, options }];
  return [NO_NUMBER, ...spoken];
}

/** A colour for a series, by its name in the legend. */
export type SeriesColours = Readonly<Record<string, string>>;

/** The ways in which requests end, wherever the legend says `{{status}}` or `{{type}}`. */
export const OUTCOME_COLOURS: SeriesColours = Object.fromEntries(
  STATUSES.map((status) => [status, STATUS_COLOUR[status]]),
);

export function fixedColour(fixedColor: string): DynamicConfigValue {
  return { id: "color", value: { mode: FieldColorModeId.Fixed, fixedColor } };
}
