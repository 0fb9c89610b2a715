import { watch } from "@mcp-ops/kit";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

// Its author watches it already; the operator adds the register. Both must count the same call once.
const server = new McpServer({ name: "fixture-with-kit", version: "1.0.0" });
server.registerTool("echo", { inputSchema: { text: z.string() } }, ({ text }) => ({
  content: [{ type: "text", text }],
}));
watch(server, { server: "named-by-author" });
await server.connect(new StdioServerTransport());
