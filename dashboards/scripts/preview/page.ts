/** A whole dashboard as a page of HTML, 1280 pixels wide. */
import type { GridPos, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import { COLUMNS } from "../../src/board.ts";
import type { GrafanaDashboard } from "../../src/dashboards.ts";
import { askFor, type Shown } from "./ask.ts";
import { escaped } from "./charts.ts";
import { THEME } from "./look.ts";
import { drawPanel } from "./panels.ts";

export const WIDTH = 1280;
/** Of the grid, as Grafana has it. */
const UNIT = 38;
const GAP = 8;
const TOP = 84;
const BOTTOM = 30;
const TITLE = 28;
const CAPTION = "Preview drawn by mcp-ops from a real Prometheus, not Grafana";

export interface Page {
  readonly html: string;
  readonly height: number;
}

export async function pageOf({ json }: GrafanaDashboard, shown: Shown): Promise<Page> {
  const panels = json.panels ?? [];
  const boxes = await Promise.all(panels.map((panel) => box(panel, shown)));
  const rows = Math.max(...panels.map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)));
  const height = TOP + rows * UNIT + BOTTOM;
  const chips = (json.templating?.list ?? []).map(
    ({ name, label, type }) =>
      `<span class="chip"><b>${label}</b> ${shown.chosen[name] ?? (type === "datasource" ? "default" : "All")}</span>`,
  );
  const head = `<header><h1>${escaped(json.title ?? "")}</h1><span class="menu">MCP dashboards ▾</span></header>`;
  const html = `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${head}<nav>${chips.join("")}</nav>
${boxes.join("\n")}<footer>${CAPTION}</footer>`;
  return { html, height };
}

async function box(panel: Panel | RowPanel, shown: Shown): Promise<string> {
  const { x, y, w, h } = panel.gridPos ?? { x: 0, y: 0, w: 0, h: 0 };
  const width = (w * (WIDTH - GAP)) / COLUMNS - GAP;
  const height = h * UNIT - GAP;
  const at = `left:${GAP + (x * (WIDTH - GAP)) / COLUMNS}px;top:${TOP + y * UNIT}px;width:${width}px;height:${height}px`;
  if (!isPanel(panel)) return `<section class="row" style="${at}">▾ ${escaped(panel.title ?? "")}</section>`;
  const inside = drawPanel(panel, await askFor(panel, shown), { width: width - 12, height: height - TITLE - 6 });
  return `<section class="panel" style="${at}"><h2>${escaped(panel.title ?? "")}</h2>${inside}</section>`;
}

function isPanel(panel: Panel | RowPanel): panel is Panel & { readonly gridPos: GridPos } {
  return panel.type !== "row";
}

const STYLE = `
* { box-sizing: border-box; margin: 0; }
body { background: ${THEME.page}; color: ${THEME.text}; font: 12px sans-serif; width: ${WIDTH}px; }
header { position: absolute; top: 14px; left: 12px; right: 12px; display: flex; justify-content: space-between; }
h1 { font-size: 18px; font-weight: 500; }
.menu { color: ${THEME.link}; }
nav { position: absolute; top: 46px; left: 8px; }
.chip { background: ${THEME.panel}; border: 1px solid ${THEME.line}; padding: 5px 8px; margin-right: 8px; display: inline-block; border-radius: 2px; }
.chip b { font-weight: 500; color: ${THEME.link}; margin-right: 6px; }
section { position: absolute; overflow: hidden; }
.row { font-size: 14px; padding: 7px 4px; }
.panel { background: ${THEME.panel}; border: 1px solid ${THEME.line}; border-radius: 2px; padding: 0 5px; }
h2 { font-size: 13px; font-weight: 500; line-height: ${TITLE}px; padding-left: 4px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.figure { position: relative; display: flex; align-items: center; justify-content: center; font-size: 30px; font-weight: 500; border-radius: 2px; overflow: hidden; }
.figure small { font-size: 16px; margin-right: 10px; }
.figure.none { color: ${THEME.faint}; font-size: 20px; }
.spark { position: absolute; left: 0; bottom: 0; }
.nothing { color: ${THEME.faint}; text-align: center; padding-top: 60px; font-size: 14px; }
.legend { overflow: hidden; padding-left: 6px; line-height: 18px; }
.legend span { display: inline-block; margin-right: 12px; white-space: nowrap; }
.legend i { display: inline-block; width: 12px; height: 3px; margin-right: 5px; vertical-align: middle; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; color: ${THEME.link}; font-weight: 500; padding: 6px 8px; border-bottom: 1px solid ${THEME.line}; white-space: nowrap; }
td { padding: 5px 8px; border-bottom: 1px solid ${THEME.line}; white-space: nowrap; }
td.number { font-variant-numeric: tabular-nums; }
td.link { color: ${THEME.link}; }
.words { font-size: 13px; line-height: 1.5; padding: 2px 6px; }
.words ul { padding-left: 18px; }
code { background: ${THEME.page}; padding: 1px 4px; }
footer { position: absolute; left: 0; right: 0; margin-top: 0; text-align: center; color: ${THEME.faint}; bottom: 8px; }
`;
