/** A server of SDK v1 over Streamable HTTP, with a session for each client. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { opsEndpoint, watch } from "@mcp-ops/kit";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { z } from "zod";

const greeter = watch(() => {
  const server = new McpServer({ name: "v1-http", version: "1.0.0" });
  server.registerTool("greet", { inputSchema: { name: z.string() } }, ({ name }) => ({
    content: [{ type: "text", text: `Hello ${name}` }],
  }));
  return server;
});

const sessions = new Map<string, StreamableHTTPServerTransport>();

const http = createServer(async (request, response) => {
  const transport = sessions.get(String(request.headers["mcp-session-id"])) ?? (await newSession());
  await transport.handleRequest(request, response);
}).listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`server http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
});

async function newSession(): Promise<StreamableHTTPServerTransport> {
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  await greeter().connect(transport as Transport);
  return transport;
}

const ops = await opsEndpoint({ listen: { port: Number(process.env.OPS_PORT ?? 9464) } });
console.log(`metrics ${ops.url}/metrics`);
