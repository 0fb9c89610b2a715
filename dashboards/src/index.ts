export type { BoardOptions } from "./board.ts";
export { dashboards, dashboardText, type GrafanaDashboard } from "./dashboards.ts";
export { EVERYTHING, type Expression, expressionsOf, type VariableValues, withValues } from "./expressions.ts";
