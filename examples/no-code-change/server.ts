/** A server that knows nothing of mcp-ops. Started with `node --import @mcp-ops/register server.ts`, it is observable all the same. */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const server = new McpServer({ name: "no-code-change", version: "1.0.0" });

server.registerTool("greet", { inputSchema: { name: z.string() } }, ({ name }) => ({
  content: [{ type: "text", text: `Hello ${name}` }],
}));

await server.connect(new StdioServerTransport());
