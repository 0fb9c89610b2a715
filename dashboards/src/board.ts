import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { menu, runbooks, TAG, UID } from "./links.ts";
import type { Placeable } from "./panels/panel.ts";
import type { Variable } from "./variables.ts";

/** Of the grid of Grafana's dashboards. */
export const COLUMNS = 24;

/** Panels side by side, all equally high. */
export interface Line {
  readonly height: number;
  readonly panels: readonly { readonly width: number; readonly panel: Placeable }[];
}

/** Lines under a heading. */
interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** A dashboard, before Grafana's builders have seen it. */
export interface Board {
  readonly name: keyof typeof UID;
  readonly title: string;
  readonly description: string;
  /** How far back it looks when it is opened: `now-1h`. */
  readonly from: string;
  readonly tags?: readonly string[];
  readonly variables: readonly Variable[];
  /** What says well or ill, above all headings. */
  readonly first: readonly Line[];
  readonly sections: readonly Section[];
}

export interface BoardOptions {
  /** Address of the folder of the runbooks. Without it the dashboards have no link to them. */
  readonly runbooks?: string;
}

/** Panels of one width: two, three, four, six or eight of them. */
export function evenly(height: number, ...panels: readonly Placeable[]): Line {
  return { height, panels: panels.map((panel) => ({ width: COLUMNS / panels.length, panel })) };
}

/** Panels of different widths, which add up to 24. */
export function uneven(height: number, ...panels: readonly (readonly [width: number, panel: Placeable])[]): Line {
  return { height, panels: panels.map(([width, panel]) => ({ width, panel })) };
}

/** Grafana's classic model of it. */
export function dashboardOf(board: Board, options: BoardOptions): Dashboard {
  const builder = new DashboardBuilder(board.title)
    .uid(UID[board.name])
    .description(board.description)
    .tags([TAG, ...(board.tags ?? [])])
    .readonly()
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: board.from, to: "now" })
    .refresh("30s")
    .variables([...board.variables])
    .annotations([])
    .links([menu(), ...(options.runbooks === undefined ? [] : [runbooks(options.runbooks)])]);
  place(board, builder);
  return tidy(builder.build());
}

/** From the top down, from left to right, with ids in that order. */
function place(board: Board, builder: DashboardBuilder): void {
  let id = 0;
  let y = 0;
  const placeLine = ({ height, panels }: Line) => {
    let x = 0;
    for (const { width, panel } of panels) {
      builder.withPanel(panel.id(++id).gridPos({ x, y, w: width, h: height }));
      x += width;
    }
    y += height;
  };
  for (const line of board.first) placeLine(line);
  for (const { title, lines } of board.sections) {
    builder.withRow(new RowBuilder(title).id(++id).gridPos({ x: 0, y, w: COLUMNS, h: 1 }));
    y += 1;
    for (const line of lines) placeLine(line);
  }
}

/** The builders hide the links of dashboards in a menu. */
function tidy(dashboard: Dashboard): Dashboard {
  for (const link of dashboard.links ?? []) delete link.placement;
  return dashboard;
}
