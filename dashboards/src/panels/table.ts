import { TableCellDisplayMode, TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import { type DynamicConfigValue, FieldColorModeId } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import type { Link } from "../links.ts";
import { PROMETHEUS } from "../variables.ts";
import { type FigureWords, mappings, type PanelWords, type Placeable, refId, tableQuery, thresholds } from "./panel.ts";

/** A column of figures, one for each row. */
export interface Column extends Omit<FigureWords, "description" | "links"> {
  readonly expr: string;
  readonly width?: number;
}

export interface TableWords extends PanelWords {
  /** Labels that tell rows apart, and how their columns are headed. Every expression has exactly these. */
  readonly by: Readonly<Record<string, string>>;
  /** At least two. */
  readonly columns: readonly Column[];
  /** Heading of the column that rows are sorted by, the largest first. */
  readonly sortBy: string;
  /** Where the cells of a label's column lead. */
  readonly links?: Readonly<Record<string, Link>>;
}

/** One row for each of something, with its figures side by side. */
export function table(words: TableWords): Placeable {
  const { title, description, unit, by, columns, sortBy, links = {} } = words;
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit(unit)
    .mappings(mappings())
    .targets(columns.map(({ expr }, index) => tableQuery(expr, refId(index))))
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({ id: "organize", options: organize(by, columns) })
    .sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]);
  for (const column of columns) panel.overrideByName(column.title, look(column));
  for (const [label, link] of Object.entries(links))
    panel.overrideByName(by[label] ?? label, [{ id: "links", value: [link.build()] }]);
  return panel;
}

/** Headings and order of the columns, as Grafana's transformation of that name wants them. */
function organize(by: TableWords["by"], columns: readonly Column[]): object {
  const named = [
    ...Object.entries(by),
    ...columns.map(({ title }, index) => [`Value #${refId(index)}`, title] as const),
  ];
  return {
    excludeByName: { Time: true },
    indexByName: Object.fromEntries(named.map(([field], index) => [field, index])),
    renameByName: Object.fromEntries(named),
  };
}

function look({ unit, decimals, steps, words, width }: Column): DynamicConfigValue[] {
  const look: DynamicConfigValue[] = [{ id: "unit", value: unit }];
  if (decimals !== undefined) look.push({ id: "decimals", value: decimals });
  if (width !== undefined) look.push({ id: "custom.width", value: width });
  if (words !== undefined) look.push({ id: "mappings", value: mappings(words) });
  if (steps === undefined && words === undefined) return look;
  look.push(
    { id: "custom.cellOptions", value: { type: TableCellDisplayMode.ColorText } },
    { id: "color", value: { mode: FieldColorModeId.Thresholds } },
  );
  if (steps !== undefined) look.push({ id: "thresholds", value: thresholds(steps).build() });
  return look;
}
