import type { Dashboard, Panel, RowPanel, VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import type { GrafanaDashboard } from "./dashboards.ts";

/** Something that a dashboard asks Prometheus. */
export interface Expression {
  /** Name of the dashboard. */
  readonly dashboard: string;
  /** Title of the panel, or `variable <name>`. */
  readonly panel: string;
  /** With values in the place of variables. */
  readonly expr: string;
}

/** What stands in the place of variables, by their names without the dollar. */
export type VariableValues = Readonly<Record<string, string>>;

/** Everything is chosen, as when a dashboard is opened. */
export const EVERYTHING: VariableValues = {
  job: ".*",
  server: ".*",
  tool: ".*",
  group: ".*",
  set: ".*",
  objective: ".*",
  __rate_interval: "1m",
  __interval: "15s",
  __range: "5m",
};

/** Everything that a dashboard asks Prometheus, in the order of its panels; what fills its variables comes last. */
export function expressionsOf(
  { name, json }: Pick<GrafanaDashboard, "name" | "json">,
  values: Partial<VariableValues> = {},
): readonly Expression[] {
  const all = { ...EVERYTHING, ...values };
  const asked = [
    ...panelsOf(json).flatMap((panel) => targetsOf(panel).map(({ expr }) => ({ panel: panel.title ?? "", expr }))),
    ...(json.templating?.list ?? []).flatMap(choiceOf),
  ];
  return asked.map(({ panel, expr }) => ({ dashboard: name, panel, expr: withValues(expr, all) }));
}

/** Without the headings of sections. */
export function panelsOf({ panels = [] }: Dashboard): readonly Panel[] {
  return panels.filter((panel): panel is Panel => !isRow(panel));
}

function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === "row";
}

/** Queries of a panel: all of ours go to Prometheus. */
export function targetsOf({ targets = [] }: Panel): readonly Dataquery[] {
  return targets as readonly object[] as readonly Dataquery[];
}

/** An expression as Grafana sends it. Throws where a variable has no value. */
export function withValues(expr: string, values: Partial<VariableValues>): string {
  return expr.replaceAll(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? "";
    const value = values[name];
    if (value === undefined) throw new TypeError(`No value for the variable $${name} in: ${expr}`);
    return value;
  });
}

/** The series whose labels a variable chooses from. */
export function seriesOf({ type, query }: VariableModel): string | undefined {
  if (type !== "query") return undefined;
  const text = typeof query === "object" ? String(query.query) : String(query);
  return /^label_values\((.*), *\w+\)$/.exec(text)?.[1];
}

function choiceOf(variable: VariableModel): readonly { readonly panel: string; readonly expr: string }[] {
  const expr = seriesOf(variable);
  return expr === undefined ? [] : [{ panel: `variable ${variable.name}`, expr }];
}
