/**
 * A small MCP server (SDK v2) that writes to the sink with the token it is handed. `write` takes a moment between the check and the write, as tools do;
 * `look` is said to only read, and is not to be handed a token at all. Args: port or `stdio`, name of the node, URL of the sink.
 */
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { FENCING_HEADER, FENCING_META_KEY } from "@mcp-ops/formats";
import { type NodeIncomingMessageLike, toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";
import { say } from "./saying.ts";

const [port = "", node = "", sink = ""] = process.argv.slice(2);
const WORK_MS = 15;
const CALL = z.object({ begun: z.number() });
const words = port === "stdio" ? process.stderr : process.stdout;

async function write(token: unknown): Promise<string> {
  const headers = { "x-node": node, ...(typeof token === "string" && { [FENCING_HEADER]: token }) };
  const response = await fetch(sink, { method: "POST", headers, signal: AbortSignal.timeout(2_000) });
  if (!response.ok) throw new Error(`the sink answered ${response.status}`);
  return response.text();
}

function mcpServer(): McpServer {
  const server = new McpServer({ name: "chaos", version: "1.0.0" });
  for (const [tool, workMs] of [
    ["write", WORK_MS],
    ["look", 0],
  ] as const) {
    server.registerTool(tool, { inputSchema: CALL }, async ({ begun }, context) => {
      const token = context.mcpReq._meta?.[FENCING_META_KEY];
      if (typeof token === "string") say({ what: "called", node, token, begun }, words);
      await pause(workMs);
      return { content: [{ type: "text", text: await write(token) }] };
    });
  }
  return server;
}

if (port === "stdio") serveStdio(mcpServer);
else {
  const serve = toNodeHandler(createMcpHandler(mcpServer, { keepAliveMs: 0 }));
  createServer((request, response) => void serve(request as NodeIncomingMessageLike, response)).listen(
    Number(port),
    "127.0.0.1",
    () => say({ what: "ready" }),
  );
}
