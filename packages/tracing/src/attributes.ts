/**
 * Names from the OpenTelemetry conventions for MCP. Copied, not imported: the constants of the conventions' package are deprecated
 * there and may go in a minor version. `attributes.test.ts` pins every one.
 */
export const ATTRIBUTE = {
  method: "mcp.method.name",
  protocolVersion: "mcp.protocol.version",
  resourceUri: "mcp.resource.uri",
  session: "mcp.session.id",
  requestId: "jsonrpc.request.id",
  tool: "gen_ai.tool.name",
  prompt: "gen_ai.prompt.name",
  operation: "gen_ai.operation.name",
  toolArguments: "gen_ai.tool.call.arguments",
  toolResult: "gen_ai.tool.call.result",
  errorType: "error.type",
  statusCode: "rpc.response.status_code",
  networkTransport: "network.transport",
  networkProtocol: "network.protocol.name",
  /** Ours, since no convention has them: `input_required` or `task`, and the gate that answered in place of the server. */
  resultType: "mcp_ops.result.type",
  gate: "mcp_ops.gate",
} as const;

/** Value of `gen_ai.operation.name` for a tool call. */
export const EXECUTE_TOOL = "execute_tool";

/** Histograms of the conventions, in seconds. */
export const METRIC = {
  serverOperation: "mcp.server.operation.duration",
  clientOperation: "mcp.client.operation.duration",
  serverSession: "mcp.server.session.duration",
} as const;

/** Bucket bounds the conventions advise, in seconds. */
export const DURATION_BUCKETS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
