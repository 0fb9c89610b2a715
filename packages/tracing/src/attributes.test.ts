import { expect, it } from "vitest";
import { ATTRIBUTE, DURATION_BUCKETS, EXECUTE_TOOL, METRIC } from "./attributes.ts";

/** Written out from the conventions (semantic-conventions-genai, docs/gen-ai/mcp.md), not from our code: a drift of ours fails here. */
it("names attributes as the conventions for MCP do", () => {
  expect(ATTRIBUTE).toEqual({
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
    resultType: "mcp_ops.result.type",
    gate: "mcp_ops.gate",
  });
  expect(EXECUTE_TOOL).toBe("execute_tool");
});

it("names and buckets durations as the conventions for MCP do", () => {
  expect(METRIC).toEqual({
    serverOperation: "mcp.server.operation.duration",
    clientOperation: "mcp.client.operation.duration",
    serverSession: "mcp.server.session.duration",
  });
  expect(DURATION_BUCKETS).toEqual([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]);
});
