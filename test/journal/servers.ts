import { type Pipeline, pipeline, tap } from "@mcp-ops/tap";
import { Client as ClientV2, InMemoryTransport as MemoryV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as MemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as ServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer as ServerV2 } from "@modelcontextprotocol/server";
import { onTestFinished } from "vitest";
import { z } from "zod";

/** What a tool of these servers gives. */
export interface Given {
  readonly content: readonly object[];
  readonly structuredContent?: object;
  readonly isError?: boolean;
}

export type Tools = Readonly<Record<string, () => Given | Promise<Given>>>;

/** A client, in words both SDKs have. */
export interface Asker {
  callTool(name: string, meta?: Record<string, unknown>): Promise<unknown>;
  listTools(): Promise<unknown>;
  close(): Promise<void>;
}

const CLIENT = { name: "asker", version: "1.0.0" };
const inputSchema = { note: z.string().describe("Anything that shall be remembered").optional() };

export type Sdk = "v1" | "v2";

/** A watched server of this SDK with these tools, and a real client of it. */
export async function serve(sdk: Sdk, tools: Tools, parts: Partial<Pipeline>, name: string = sdk): Promise<Asker> {
  const client = sdk === "v1" ? await v1(name, tools, parts) : await v2(name, tools, parts);
  onTestFinished(() => client.close());
  return {
    callTool: (tool, meta) => client.callTool({ name: tool, arguments: {}, ...(meta && { _meta: meta }) }),
    listTools: () => client.listTools(),
    close: () => client.close(),
  };
}

async function v1(name: string, tools: Tools, parts: Partial<Pipeline>): Promise<ClientV1> {
  const server = new ServerV1({ name, version: "1.0.0" });
  for (const [tool, run] of Object.entries(tools))
    server.registerTool(tool, { description: `The tool ${tool}.`, inputSchema }, run as never);
  const [near, far] = MemoryV1.createLinkedPair();
  const client = new ClientV1(CLIENT);
  await Promise.all([tap(server, pipeline(parts)).connect(far), client.connect(near)]);
  return client;
}

async function v2(name: string, tools: Tools, parts: Partial<Pipeline>): Promise<ClientV2> {
  const server = new ServerV2({ name, version: "1.0.0" });
  for (const [tool, run] of Object.entries(tools))
    server.registerTool(tool, { description: `The tool ${tool}.`, inputSchema: z.object(inputSchema) }, run as never);
  const [near, far] = MemoryV2.createLinkedPair();
  const client = new ClientV2(CLIENT);
  await Promise.all([tap(server, pipeline(parts)).connect(far), client.connect(near)]);
  return client;
}

export const text = (words: string): Given => ({ content: [{ type: "text", text: words }] });
