import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { type Board, type BoardOptions, dashboardOf } from "./board.ts";
import { backups } from "./boards/backups.ts";
import { clientsAndAudit } from "./boards/clients-and-audit.ts";
import { failover } from "./boards/failover.ts";
import { overview } from "./boards/overview.ts";
import { overviewOtel } from "./boards/overview-otel.ts";
import { resourcesAndCost } from "./boards/resources-and-cost.ts";
import { serverBoard } from "./boards/server.ts";
import { slo } from "./boards/slo.ts";
import { toolBoard } from "./boards/tool.ts";
import { UID } from "./links.ts";

/** In the order in which they are listed. */
const BOARDS: readonly Board[] = [
  overview,
  serverBoard,
  toolBoard,
  clientsAndAudit,
  resourcesAndCost,
  failover,
  backups,
  slo,
  overviewOtel,
];

/** One dashboard, as Grafana imports it. */
export interface GrafanaDashboard {
  /** Of its file, without `.json`. */
  readonly name: string;
  readonly uid: string;
  readonly title: string;
  /** Grafana's classic model, schema version 42. */
  readonly json: Dashboard;
}

/** All dashboards of mcp-ops, each time anew. */
export function dashboards(options: BoardOptions = {}): readonly GrafanaDashboard[] {
  return BOARDS.map((board) => ({
    name: UID[board.name].slice("mcp-ops-".length),
    uid: UID[board.name],
    title: board.title,
    json: dashboardOf(board, options),
  }));
}

/** What stands in the file of a dashboard. */
export function dashboardText({ json }: GrafanaDashboard): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}
