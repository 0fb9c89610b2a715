/** Rules for what can be seen: words, units, places. */
import type { GridPos, Panel, RowPanel, VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";
import { COLUMNS } from "../src/board.ts";
import type { GrafanaDashboard } from "../src/dashboards.ts";
import { panelsOf, targetsOf } from "../src/expressions.ts";

export interface Fault {
  readonly at: string;
  readonly fault: string;
}

const DATASOURCE = "${datasource}";
/** Grafana's number for "when the time range changes". */
const ON_TIME_RANGE = 2;

export function lookFaults(dashboard: GrafanaDashboard, all: readonly GrafanaDashboard[]): readonly Fault[] {
  return [
    ...wholeFaults(dashboard, all),
    ...panelsOf(dashboard.json).flatMap(panelFaults),
    ...placeFaults(dashboard.json.panels ?? []),
    ...(dashboard.json.templating?.list ?? []).flatMap(variableFaults),
  ];
}

function wholeFaults({ json, uid, name }: GrafanaDashboard, all: readonly GrafanaDashboard[]): readonly Fault[] {
  const at = "the dashboard";
  const variables = (json.templating?.list ?? []).map((variable) => variable.name);
  return faultsOf(at, [
    [json.editable !== false, "can be edited: changes would be lost at the next import"],
    [json.uid !== uid, "has another uid than it says"],
    [all.some((other) => other.name !== name && other.uid === uid), "has the uid of another dashboard"],
    [!json.title || !json.description, "lacks a title or a description"],
    [!json.tags?.includes("mcp-ops"), "lacks the tag mcp-ops, by which the menu finds it"],
    [!variables.includes("datasource") || !variables.includes("job"), "lacks the variables datasource and job"],
  ]);
}

function panelFaults(panel: Panel): readonly Fault[] {
  const hasFigures = panel.type !== "text";
  const datasources = [panel.datasource?.uid, ...targetsOf(panel).map(({ datasource }) => datasource?.uid)];
  return faultsOf(panel.title ?? `panel ${panel.id}`, [
    [!panel.title, "has no title"],
    [!panel.description, "has no description"],
    [hasFigures && !panel.fieldConfig?.defaults.unit, "has no unit"],
    [hasFigures && targetsOf(panel).length === 0, "asks nothing"],
    [hasFigures && datasources.some((uid) => uid !== DATASOURCE), "asks another data source than the one chosen"],
  ]);
}

function variableFaults({ name, type, refresh, datasource, label, description }: VariableModel): readonly Fault[] {
  const isQuery = type === "query";
  return faultsOf(`variable ${name}`, [
    [!label || !description, "has no label or description"],
    [isQuery && refresh !== ON_TIME_RANGE, "is not read anew when the time range changes"],
    [isQuery && datasource?.uid !== DATASOURCE, "asks another data source than the one chosen"],
  ]);
}

function placeFaults(panels: readonly (Panel | RowPanel)[]): readonly Fault[] {
  const ids = panels.map(({ id }) => id);
  return panels.flatMap(({ id, title = "", gridPos }, index) => {
    const before = panels.slice(0, index).map((panel) => panel.gridPos);
    return faultsOf(title, [
      [id === undefined || ids.indexOf(id) !== index, "has the id of another panel, or none"],
      [gridPos === undefined || gridPos.x < 0 || gridPos.x + gridPos.w > COLUMNS, "does not fit the grid"],
      [before.some((other) => other && gridPos && overlap(other, gridPos)), "lies over another panel"],
    ]);
  });
}

function overlap(one: GridPos, other: GridPos): boolean {
  const beside = one.x + one.w <= other.x || other.x + other.w <= one.x;
  return !beside && one.y + one.h > other.y && other.y + other.h > one.y;
}

/** Those that are so. */
export function faultsOf(at: string, checks: readonly (readonly [isSo: boolean, fault: string])[]): readonly Fault[] {
  return checks.filter(([isSo]) => isSo).map(([, fault]) => ({ at, fault }));
}
