/** One server of the pair: it books where its node leads, and refuses where it stands by. Arguments: its node, its port, the address of its sidecar, and the folder in which it registers. */
import { createServer, type RequestListener } from "node:http";
import { announce, fencingToken, metrics, watch } from "@mcp-ops/kit";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";

const [node = "", port = "", url = "", folder = ""] = process.argv.slice(2);
const NAME = "booking-desk";
const measured = metrics();

// The sidecar of its node shows its figures.
await announce({ metrics: measured, folder, server: NAME });

const desk = watch(
  () => {
    const server = new McpServer({ name: NAME, version: "1.0.0" });
    server.registerTool("book", {}, () => ({ content: [{ type: "text", text: `${node} ${fencingToken()}` }] }));
    return server;
  },
  { metrics: measured, role: { url, pollMs: 50 } },
);

createServer(toNodeHandler(createMcpHandler(desk)) as RequestListener).listen(Number(port), "127.0.0.1");
