/** A JSON object as it travels in JSON-RPC: `params`, `result`, `error.data`. */
export type JsonObject = { readonly [key: string]: unknown };

/** A JSON-RPC request id (JSON-RPC 2.0 §4; MCP forbids `null`). */
export type RequestId = string | number;
