/** One server of the pair: it books where its node leads, and refuses where it stands by. Arguments: its node, its port, and the socket of its sidecar. */
import { createServer, type RequestListener } from "node:http";
import { fencingToken, watch } from "@mcp-ops/kit";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";

const [node = "", port = "", url = ""] = process.argv.slice(2);

const desk = watch(
  () => {
    const server = new McpServer({ name: "booking-desk", version: "1.0.0" });
    server.registerTool("book", {}, () => ({ content: [{ type: "text", text: `${node} ${fencingToken()}` }] }));
    return server;
  },
  { role: { url, pollMs: 50 } },
);

createServer(toNodeHandler(createMcpHandler(desk)) as RequestListener).listen(Number(port), "127.0.0.1");
