/** A watched server that has answered three calls, and can be found by its registration. */
import { announce, watch } from "@mcp-ops/kit";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";

const name = process.argv[2] ?? "nameless";
const server = watch(new McpServer({ name, version: "1.0.0" }));
server.registerTool("echo", {}, () => ({ content: [{ type: "text", text: "hello" }] }));
const [here, there] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: "child", version: "1.0.0" });
await Promise.all([server.connect(here), client.connect(there)]);
for (let calls = 0; calls < 3; calls++) await client.callTool({ name: "echo" });
await announce({ folder: process.env.MCP_OPS_RUNTIME_DIR ?? "", server: name });
console.log("ready");
process.stdin.resume().on("end", () => process.exit());
