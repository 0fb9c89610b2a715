export type { BoardOptions } from "./board.ts";
export { dashboards, dashboardText, type GrafanaDashboard } from "./dashboards.ts";
