/** Panels in Grafana's classic model: the parts that we use. */
import {
  BOOLEAN,
  COLOUR,
  DATASOURCE,
  list,
  NUMBER,
  object,
  oneOf,
  type Schema,
  STRING,
  WHOLE,
  WORDS,
} from "./schema-words.ts";

const GRID = object({
  x: { type: "integer", minimum: 0, maximum: 23 },
  y: WHOLE,
  w: { type: "integer", minimum: 1, maximum: 24 },
  h: { type: "integer", minimum: 1 },
});

const TARGET = object({
  datasource: DATASOURCE,
  expr: WORDS,
  refId: { type: "string", pattern: "^[A-Z]$" },
  range: BOOLEAN,
  instant: BOOLEAN,
  "format?": oneOf("table", "heatmap"),
  "legendFormat?": WORDS,
  "exemplar?": oneOf(true),
});

const DATA_LINK = object({ title: WORDS, url: { type: "string", pattern: "^/(d|explore)" }, targetBlank: BOOLEAN });

const STEPS = list(object({ value: { type: ["number", "null"] }, color: COLOUR }), 1);
const THRESHOLDS = object({ mode: oneOf("absolute"), steps: STEPS });
const COLOR = object({ mode: oneOf("thresholds", "palette-classic-by-name", "fixed"), "fixedColor?": COLOUR });
const RESULT = object({ text: WORDS, "color?": COLOUR, index: WHOLE });
const MAPPING = {
  anyOf: [
    object({ type: oneOf("special"), options: object({ match: oneOf("nan"), result: RESULT }) }),
    object({ type: oneOf("value"), options: { type: "object", additionalProperties: RESULT, minProperties: 1 } }),
  ],
};

const UNIT = oneOf("short", "none", "s", "bytes", "percentunit", "reqps", "cps");

/** What may stand in `properties` of an override, by its id. */
const PROPERTIES: Readonly<Record<string, Schema>> = {
  unit: UNIT,
  decimals: WHOLE,
  color: COLOR,
  thresholds: THRESHOLDS,
  mappings: list(MAPPING, 1),
  links: list(DATA_LINK, 1),
  "custom.width": WHOLE,
  "custom.cellOptions": object({ type: oneOf("color-text") }),
};

const OVERRIDE = object({
  matcher: object({ id: oneOf("byName"), options: WORDS }),
  properties: list({ anyOf: Object.entries(PROPERTIES).map(([id, value]) => object({ id: oneOf(id), value })) }, 1),
});

function fieldConfig(custom: Schema): Schema {
  const defaults = object({
    unit: UNIT,
    "decimals?": WHOLE,
    "noValue?": WORDS,
    "color?": COLOR,
    "thresholds?": THRESHOLDS,
    "mappings?": list(MAPPING),
    "links?": list(DATA_LINK),
    "custom?": custom,
  });
  return object({ defaults, overrides: list(OVERRIDE) });
}

function panel(
  type: string,
  options: Schema,
  custom: Schema = object({}),
  more: Readonly<Record<string, Schema>> = {},
) {
  return object({
    id: { type: "integer", minimum: 1 },
    type: oneOf(type),
    title: WORDS,
    description: WORDS,
    datasource: DATASOURCE,
    gridPos: GRID,
    transparent: BOOLEAN,
    repeatDirection: oneOf("h"),
    targets: list(TARGET, 1),
    fieldConfig: fieldConfig(custom),
    options,
    ...more,
  });
}

const LEGEND = object({
  displayMode: oneOf("list"),
  placement: oneOf("bottom"),
  showLegend: BOOLEAN,
  calcs: list(STRING),
});
const TOOLTIP = object({ mode: oneOf("single", "multi"), sort: oneOf("asc", "desc"), "maxHeight?": WHOLE });

const STAT = panel(
  "stat",
  object({
    graphMode: oneOf("none", "area"),
    colorMode: oneOf("value", "background"),
    justifyMode: oneOf("auto"),
    textMode: oneOf("auto", "value_and_name"),
    wideLayout: BOOLEAN,
    showPercentChange: BOOLEAN,
    reduceOptions: object({ calcs: list(oneOf("lastNotNull"), 1), fields: STRING, values: BOOLEAN }),
    percentChangeColorMode: oneOf("standard"),
    orientation: oneOf("auto"),
  }),
);

const GRAPH = panel(
  "timeseries",
  object({ legend: LEGEND, tooltip: TOOLTIP }),
  object({
    axisSoftMin: NUMBER,
    "axisSoftMax?": NUMBER,
    lineWidth: WHOLE,
    fillOpacity: WHOLE,
    gradientMode: oneOf("none"),
    showPoints: oneOf("auto"),
    stacking: object({ group: oneOf("A"), mode: oneOf("none", "normal") }),
  }),
);

const TIMELINE = panel(
  "state-timeline",
  object({
    showValue: oneOf("auto"),
    rowHeight: NUMBER,
    mergeValues: BOOLEAN,
    alignValue: oneOf("left"),
    legend: LEGEND,
    tooltip: TOOLTIP,
    perPage: WHOLE,
  }),
  object({ lineWidth: WHOLE, fillOpacity: WHOLE }),
);

const HEATMAP = panel(
  "heatmap",
  object({
    calculate: oneOf(false),
    color: object({
      mode: oneOf("scheme"),
      scheme: WORDS,
      fill: WORDS,
      exponent: NUMBER,
      steps: WHOLE,
      reverse: BOOLEAN,
    }),
    filterValues: object({ le: NUMBER }),
    showValue: oneOf("auto"),
    cellGap: WHOLE,
    yAxis: object({ unit: UNIT, axisPlacement: oneOf("left") }),
    legend: object({ show: BOOLEAN }),
    tooltip: object({ mode: oneOf("single") }),
    exemplars: object({ color: WORDS }),
    selectionMode: oneOf("x"),
  }),
  object({ scaleDistribution: object({ type: oneOf("linear") }) }),
);

const NAMES: Schema = { type: "object", additionalProperties: WORDS };
const TRANSFORMATION = {
  anyOf: [
    object({ id: oneOf("merge"), options: object({}) }),
    object({
      id: oneOf("organize"),
      options: object({
        excludeByName: object({ Time: oneOf(true) }),
        indexByName: { type: "object", additionalProperties: WHOLE },
        renameByName: NAMES,
      }),
    }),
  ],
};

const TABLE = panel(
  "table",
  object({
    frameIndex: WHOLE,
    showHeader: BOOLEAN,
    showTypeIcons: BOOLEAN,
    footer: object({ show: BOOLEAN, reducer: list(STRING), countRows: BOOLEAN }),
    cellHeight: oneOf("sm"),
    sortBy: list(object({ displayName: WORDS, desc: BOOLEAN }), 1),
  }),
  object({ align: oneOf("auto"), inspect: BOOLEAN }),
  { transformations: list(TRANSFORMATION, 2) },
);

const TEXT = object({
  id: { type: "integer", minimum: 1 },
  type: oneOf("text"),
  title: WORDS,
  description: WORDS,
  gridPos: GRID,
  transparent: BOOLEAN,
  repeatDirection: oneOf("h"),
  options: object({ mode: oneOf("markdown"), content: WORDS }),
});

const ROW = object({
  id: { type: "integer", minimum: 1 },
  type: oneOf("row"),
  title: WORDS,
  collapsed: oneOf(false),
  gridPos: GRID,
  panels: { type: "array", maxItems: 0 },
});

/** Every kind of panel that we have, and the headings of sections. */
export const PANEL: Schema = { anyOf: [STAT, GRAPH, TIMELINE, HEATMAP, TABLE, TEXT, ROW] };
