import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import type { McpServer } from "@modelcontextprotocol/server";

/** What a server lists, asked in memory: nobody watches it, so that it appears in no figure. */
export async function listTools(server: McpServer): Promise<readonly { readonly name: string }[]> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "health", version: "1.0.0" });
  await Promise.all([server.connect(far), client.connect(near)]);
  try {
    return (await client.listTools()).tools;
  } finally {
    await client.close();
  }
}
