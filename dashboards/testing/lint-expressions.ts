/** Rules for what Prometheus is asked. */
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import type { GrafanaDashboard } from "../src/dashboards.ts";
import { panelsOf, seriesOf, targetsOf } from "../src/expressions.ts";
import { type Fault, faultsOf } from "./lint-look.ts";
import { seriesNamed } from "./metrics.ts";
import { type Matcher, type Selector, selectorsOf } from "./promql.ts";

const RATES = new Set(["rate", "increase"]);
/** Whoever installs this has other ones. */
const NAMES = new Set([
  "job",
  "instance",
  "server",
  "target",
  "gen_ai_tool_name",
  "group",
  "node",
  "set",
  "objective",
  "budget",
]);
/** Is there or not, whatever it is called. */
const ANY_NAME = new Set(["", ".+"]);

export function expressionFaults({ json }: GrafanaDashboard): readonly Fault[] {
  const variables = json.templating?.list ?? [];
  const names = new Set(variables.map(({ name }) => name));
  return [
    ...panelsOf(json).flatMap((panel) =>
      targetsOf(panel).flatMap((target) => targetFaults(panel, target, columnOf(panel, target), names)),
    ),
    ...variables.flatMap((variable) => variableFaults(variable.name, seriesOf(variable))),
  ];
}

function targetFaults(
  panel: Panel,
  { expr, instant, legendFormat = "" }: Dataquery,
  column: string,
  names: ReadonlySet<string>,
): readonly Fault[] {
  const at = `${panel.title}: ${expr}`;
  const selectors = selectorsOf(expr);
  if (selectors === undefined) return [{ at, fault: "is no PromQL" }];
  const inLegend = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
  const used = [...expr.matchAll(/\$\{?(\w+)/g)].map(([, name = ""]) => name);
  return [
    ...faultsOf(at, [
      [selectors.length === 0, "asks for no metric"],
      [
        inLegend.some((label) => selectors.some(({ shown }) => !shown.includes(label))),
        "has a label in its legend that is summed away",
      ],
      [used.some((name) => !name.startsWith("__") && !names.has(name)), "uses a variable that is not here"],
      [
        expr.includes("histogram_quantile") && selectors.some(isNoQuantile),
        "takes a quantile of what is not summed by le",
      ],
    ]),
    ...selectors.flatMap((selector) => selectorFaults(at, selector)),
    ...selectors.flatMap((selector) => rangeFaults(at, selector, column, instant === true)),
  ];
}

function selectorFaults(at: string, { metric, matchers, around, by }: Selector): readonly Fault[] {
  const series = metric === undefined ? undefined : seriesNamed(metric);
  const isRate = RATES.has(around[0] ?? "");
  return faultsOf(at, [
    [
      !matchers.some(({ label, value }) => label === "job" && value === "$job"),
      "does not go by the job that is chosen",
    ],
    [matchers.some(isHardCoded), "has a name in it that others do not have"],
    [series === undefined, `asks for ${metric}, which nobody shows`],
    [series !== undefined && series.kind !== "gauge" && !isRate, "shows a counter itself: take its rate or increase"],
    [series?.kind === "gauge" && isRate, "takes the rate of a gauge"],
    [series?.kind === "bucket" && !by.includes("le"), "loses the bounds of its buckets: sum by le"],
    [
      series !== undefined && matchers.some(({ label }) => !series.labels.has(label)),
      "chooses by a label that is not there",
    ],
  ]);
}

/** A fixed time is right only where the title says so, and one as long as what is shown only for a single figure. */
function rangeFaults(at: string, { range }: Selector, column: string, isInstant: boolean): readonly Fault[] {
  if (range === undefined || range === "$__rate_interval") return [];
  if (range === "$__range") return faultsOf(at, [[!isInstant, "takes the whole time shown for each point of it"]]);
  const [, number, unit = ""] = /^(\d+)([a-z]+)$/.exec(range) ?? [];
  const said = `${number} ${unit === "m" ? "min" : unit}`;
  return faultsOf(at, [[!column.includes(said), `goes by ${said}, which its title does not say`]]);
}

/** What stands above the figure: its own heading in a table. */
function columnOf(panel: Panel, { refId }: Dataquery): string {
  const organize = panel.transformations?.find(({ id }) => id === "organize")?.options;
  const heading = organize?.renameByName?.[`Value #${refId}`];
  return `${panel.title ?? ""} ${heading ?? ""}`;
}

function isHardCoded({ label, value }: Matcher): boolean {
  return NAMES.has(label) && !value.includes("$") && !ANY_NAME.has(value);
}

function isNoQuantile({ metric, around, by }: Selector): boolean {
  const isBucket = metric !== undefined && seriesNamed(metric)?.kind === "bucket";
  return !(isBucket && by.includes("le") && around.slice(0, 3).join() === "rate,sum,histogram_quantile");
}

function variableFaults(name: string, series: string | undefined): readonly Fault[] {
  if (series === undefined) return [];
  const at = `variable ${name}: ${series}`;
  const selectors = selectorsOf(series);
  if (selectors === undefined) return [{ at, fault: "is no PromQL" }];
  const named = selectors.flatMap(({ metric, matchers }) => metric ?? namesIn(matchers));
  return faultsOf(at, [
    [named.some((metric) => seriesNamed(metric) === undefined), "asks for a metric that nobody shows"],
    [name !== "job" && !series.includes('job=~"$job"'), "does not go by the job that is chosen"],
  ]);
}

function namesIn(matchers: readonly Matcher[]): readonly string[] {
  return matchers.filter(({ label }) => label === "__name__").flatMap(({ value }) => value.split("|"));
}
