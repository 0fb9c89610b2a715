/** JSON-RPC 2.0 §5.1 and MCP (schema 2026-07-28) error codes that this project reads. */
export const RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  resourceNotFound: -32002,
  headerMismatch: -32020,
  missingClientCapability: -32021,
  unsupportedProtocolVersion: -32022,
  urlElicitationRequired: -32042,
} as const;

/** Codes of our own answers, outside the range JSON-RPC reserves (MCP 2026-07-28, basic: own codes lie outside −32768…−32000). */
export const OPS_RPC = {
  denied: -31001,
  deadlineExceeded: -31002,
  unavailable: -31003,
  tooLarge: -31004,
  /** Refused before anything was done, because this node does not lead. Safe to ask again, there or here. */
  notPrimary: -31005,
  /** Given up because this node stopped leading while the call was under way: what it has done already is not known. */
  revoked: -31006,
  /** Refused before anything was done, because a budget with a hard cap is used up. */
  overBudget: -31007,
} as const;

/** Codes that may stand as a label value. A server may invent any other; those read `_other`. */
export const LABELLED_CODES: ReadonlySet<number> = new Set<number>([
  ...Object.values(RPC),
  ...Object.values(OPS_RPC),
  -32000,
  -32001,
]);

/** Caller faults: on the server's side the OpenTelemetry MCP convention does not count them as errors (semantic-conventions-genai PR #404). */
export const CLIENT_FAULT_CODES: ReadonlySet<number> = new Set<number>([
  RPC.parseError,
  RPC.invalidRequest,
  RPC.methodNotFound,
  RPC.invalidParams,
  RPC.resourceNotFound,
]);
