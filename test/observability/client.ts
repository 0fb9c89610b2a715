import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** A client of SDK v2, of the newest revision that the server speaks. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({ name: "visitor", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

/** Whether a tool was called, and answered. */
export async function call(client: Client, name: string, signal: AbortSignal): Promise<boolean> {
  return client.callTool({ name, arguments: {} }, { signal }).then(
    () => true,
    () => false,
  );
}
