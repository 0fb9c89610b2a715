/** A server of SDK v1 over stdio. The metrics take a free port, because every client starts a copy of its own. */
import { opsEndpoint, watch } from "@mcp-ops/kit";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const server = watch(new McpServer({ name: "v1-stdio", version: "1.0.0" }));

server.registerTool("greet", { inputSchema: { name: z.string() } }, ({ name }) => ({
  content: [{ type: "text", text: `Hello ${name}` }],
}));

const ops = await opsEndpoint({ listen: { port: 0 } });
// On stdio, stdout belongs to the protocol.
console.error(`metrics ${ops.url}/metrics`);
await server.connect(new StdioServerTransport());
