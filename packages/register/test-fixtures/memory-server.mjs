import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";

/** A server and one call to it within this process: for processes whose pipes carry something else. */
export async function callOnce(name) {
  const server = new McpServer({ name, version: "1.0.0" });
  server.registerTool("echo", {}, () => ({ content: [{ type: "text", text: "hello" }] }));
  const [here, there] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "fixture-client", version: "1.0.0" });
  await Promise.all([server.connect(here), client.connect(there)]);
  await client.callTool({ name: "echo" });
}
