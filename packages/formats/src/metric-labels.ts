import { LABELLED_CODES } from "./codes.ts";
import { OTHER } from "./methods.ts";
import type { LabelRow } from "./metric-row.ts";
import { STATUS_MEANING } from "./status-meaning.ts";

/** Protocol revisions that may stand as a label value. A client may claim any other; those read `_other`. */
export const PROTOCOL_REVISIONS: readonly string[] = [
  "2024-11-05",
  "2025-03-26",
  "2025-06-18",
  "2025-11-25",
  "2026-07-28",
];

const REQUEST_STATUSES = Object.keys(STATUS_MEANING).filter((status) => status !== "sent");
const CODES = [...LABELLED_CODES].map(String);

export const SERVER: LabelRow = { name: "server", bound: "the name given to `watch()`, or the server's own" };
export const METHOD: LabelRow = {
  name: "method",
  bound: "methods the protocol defines or the server handles, else `_other`",
};
export const TARGET: LabelRow = {
  name: "target",
  bound: "tool, prompt, or resource URI or template the server is known to have, else `_other`; empty without a target",
  target: true,
};
export const STATUS: LabelRow = { name: "status", values: REQUEST_STATUSES, bound: "the status table" };
export const REVISION: LabelRow = {
  name: "mcp_protocol_version",
  values: [...PROTOCOL_REVISIONS, OTHER],
  bound: "published revisions, else `_other`",
};
export const TRANSPORT: LabelRow = { name: "network_transport", values: ["pipe", "tcp"], bound: "unset in memory" };
export const PROTOCOL: LabelRow = {
  name: "network_protocol_name",
  values: ["http"],
  bound: "unset where HTTP is not spoken",
};
export const SEMCONV_METHOD: LabelRow = { ...METHOD, name: "mcp_method_name" };
export const ERROR_TYPE: LabelRow = {
  name: "error_type",
  bound: "the column `error_type` of the status table; unset otherwise",
};
export const RPC_CODE: LabelRow = {
  name: "rpc_response_status_code",
  values: [...CODES, OTHER],
  bound: "JSON-RPC codes of the protocol and of mcp-ops, else `_other`; unset without a code",
};
