export { CLIENT_FAULT_CODES, LABELLED_CODES, OPS_RPC, RPC } from "./codes.ts";
export { LISTEN_METHOD, OTHER, PROTOCOL_METHODS } from "./methods.ts";
export type { LabelRow, MetricFamily, MetricRow } from "./metric-row.ts";
export { METRIC, METRIC_TABLE, PROTOCOL_REVISIONS, STATUS_MEANING } from "./metric-table.ts";
export { OpsError } from "./ops-error.ts";
export { type Category, type Ending, type Judgement, judge, type Question, type Status } from "./outcomes.ts";
export {
  type Boot,
  bootOfFileName,
  formatRegistration,
  parseRegistration,
  type Registration,
  registrationFileName,
  runtimeFolder,
  socketFileName,
} from "./registration.ts";
