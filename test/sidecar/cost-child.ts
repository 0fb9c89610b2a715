/** A watched server that is called as often as it is told to on stdin, works for it, and tells how many calls it has had and what CPU time it took. */
import { createInterface } from "node:readline";
import { announce, watch } from "@mcp-ops/kit";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";

const name = process.argv[2] ?? "nameless";
await announce({ folder: process.env.MCP_OPS_RUNTIME_DIR ?? "", server: name });
const server = watch(new McpServer({ name, version: "1.0.0" }));
server.registerTool("work", {}, () => {
  for (let turn = 0; turn < 1_000_000; turn++) Math.sqrt(turn);
  return { content: [{ type: "text", text: "The work is done. ".repeat(20) }] };
});
const [here, there] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: "child", version: "1.0.0" });
await Promise.all([server.connect(here), client.connect(there)]);
console.log("ready");

let calls = 0;
for await (const line of createInterface({ input: process.stdin })) {
  for (let left = Number(line); left > 0; left--) {
    await client.callTool({ name: "work" });
    calls++;
  }
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ calls, cpuUs: user + system }));
}
process.exit();
