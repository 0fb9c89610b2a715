/** A watched server that is called all the time. A line on stdin says whether its tool works: `work` or `fail`. */
import { createInterface } from "node:readline";
import { announce, watch } from "@mcp-ops/kit";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";

let isFailing = false;
const server = watch(new McpServer({ name: "shop", version: "1.0.0" }));
server.registerTool("pay", {}, () => ({ isError: isFailing, content: [{ type: "text", text: "done" }] }));
const [here, there] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: "child", version: "1.0.0" });
await Promise.all([server.connect(here), client.connect(there)]);
await announce({ folder: process.env.MCP_OPS_RUNTIME_DIR ?? "", server: "shop" });
console.log("ready");
createInterface(process.stdin)
  .on("line", (line) => {
    isFailing = line === "fail";
    console.log(line);
  })
  .on("close", () => process.exit());
setInterval(() => void client.callTool({ name: "pay" }), 20);
