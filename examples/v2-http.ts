/** A server of SDK v2 over Streamable HTTP, for clients of 2026-07-28 and before. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { opsEndpoint, watch } from "@mcp-ops/kit";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

const greeter = watch(() => {
  const server = new McpServer({ name: "v2-http", version: "1.0.0" });
  server.registerTool("greet", { inputSchema: z.object({ name: z.string() }) }, ({ name }) => ({
    content: [{ type: "text", text: `Hello ${name}` }],
  }));
  return server;
});

// Watching the handler as well shows what is answered before a server is made: listen streams, wrong headers, bad tokens.
const handler = watch(createMcpHandler(greeter));

const http = createServer(toNodeHandler(handler) as RequestListener);
http.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`server http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
});

const ops = await opsEndpoint({ listen: { port: Number(process.env.OPS_PORT ?? 9464) } });
console.log(`metrics ${ops.url}/metrics`);
